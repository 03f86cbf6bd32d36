"""The one way a step is taken in TensorFlow: gradients, checked to be finite, then Adam as PyTorch computes it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pinxit.keras_training.backend import tf
from pinxit.keras_training.weights import weights_of


class Adam:
    """Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1, for `networks` by their names.

    Keras' own adds its small number before the second moment is corrected, PyTorch's after; over the first hundreds of
    steps that is not the same step.
    """

    SMALL = 1e-8

    def __init__(self, networks: Mapping[str, Any], betas: tuple[float, float]):
        every = networks.values()
        trained = {id(variable.value) for network in every for variable in network.trainable_variables}
        all_weights = [weight for name, network in networks.items() for weight in weights_of(network, f"{name}.")]
        self.weights = [weight for weight in all_weights if id(weight.variable.value) in trained]
        self.betas = tf.Variable(tf.constant(betas, tf.float32), trainable=False)
        zeros = [tf.zeros(weight.variable.shape) for weight in self.weights]
        self.means = [tf.Variable(zero, trainable=False) for zero in zeros]
        self.squares = [tf.Variable(zero, trainable=False) for zero in zeros]
        self.steps = [tf.Variable(tf.zeros(()), trainable=False) for _ in zeros]

    @property
    def variables(self) -> list[Any]:
        """What is learned; a frozen layer's weights stay among them and get no gradient."""
        return [weight.variable.value for weight in self.weights]

    def step(self, gradients: Sequence[Any], rate: Any) -> None:
        """Change the weights; `rate` is a scalar tensor, a gradient of None leaves a weight as it is."""
        one, two = self.betas[0], self.betas[1]
        states = zip(self.weights, gradients, self.means, self.squares, self.steps, strict=True)
        for weight, gradient, mean, square, count in states:
            if gradient is None or not weight.variable.trainable:
                continue
            steps = count.assign_add(1.0)
            now = mean.assign(one * mean + (1 - one) * gradient)
            spread = tf.sqrt(square.assign(two * square + (1 - two) * tf.square(gradient)) / (1 - two**steps))
            variable = weight.variable
            variable.assign(variable.value - rate * (now / (1 - one**steps)) / (spread + self.SMALL))

    def arrays(self) -> dict[str, np.ndarray]:
        """All that resume needs, by the names of the weights."""
        told = {"mean": self.means, "square": self.squares, "steps": self.steps}
        return {
            f"{weight.name}.{kind}": np.asarray(value.numpy())
            for kind, values in told.items()
            for weight, value in zip(self.weights, values, strict=True)
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """What `arrays` gave. Raises KeyError or ValueError for another network's."""
        for kind, values in {"mean": self.means, "square": self.squares, "steps": self.steps}.items():
            for weight, value in zip(self.weights, values, strict=True):
                value.assign(arrays[f"{weight.name}.{kind}"])


def take_step(optimizer: Adam, tape: Any, loss: Any, rate: Any, may: Any = True) -> Any:
    """Step `optimizer` down the slope of `loss`, unless a gradient is not finite or `may` is false. Returns whether it did.

    tape  has watched what the loss was computed from
    rate  scalar: the learning rate, caution included
    """
    gradients = [
        None if gradient is None else tf.convert_to_tensor(gradient)
        for gradient in tape.gradient(loss, optimizer.variables)
    ]
    norms = [tf.norm(gradient) for gradient in gradients if gradient is not None]
    fine = tf.logical_and(may, tf.math.is_finite(tf.add_n(norms)))

    def step() -> Any:
        optimizer.step(gradients, rate)
        return tf.constant(True)

    return tf.cond(fine, step, lambda: tf.constant(False))
