"use strict";
// The painter: a worker of its own, so that the page never waits for a picture. It holds the networks and nothing else.
// ONNX Runtime Web (`ort`) stands before this text in the worker.

const sessions = {};

/** Networks by name, and the program that runs them. */
async function begin({ wasm, loader, graphs }) {
  ort.env.wasm.numThreads = 1; // threads need headers that a folder on a disk does not send
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.wasmPaths = { mjs: loader };
  ort.env.logLevel = "error";
  for (const [name, content] of Object.entries(graphs)) {
    const how = { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 3 };
    sessions[name] = await ort.InferenceSession.create(content, how);
  }
  return {};
}

/** One run of a network: inputs as {data, dims}, the type by the kind of array. */
async function run({ graph, inputs }) {
  const given = {};
  for (const [name, { data, dims }] of Object.entries(inputs)) {
    given[name] = new ort.Tensor(data instanceof BigInt64Array ? "int64" : "float32", data, dims);
  }
  const session = sessions[graph];
  const found = (await session.run(given))[session.outputNames[0]];
  return { data: found.data, dims: [...found.dims] };
}

// One thing after the other: a session that runs cannot be asked again.
let last = Promise.resolve();
self.onmessage = ({ data: { number, wish, ...told } }) => {
  last = last.then(async () => {
    try {
      self.postMessage({ number, answer: await { begin, run }[wish](told) });
    } catch (problem) {
      self.postMessage({ number, problem: String(problem?.message ?? problem) });
    }
  });
};
