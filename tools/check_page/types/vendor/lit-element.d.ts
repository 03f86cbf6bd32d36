// The vendored file has no types of its own: they are those of the package it is from.
export * from 'lit';
