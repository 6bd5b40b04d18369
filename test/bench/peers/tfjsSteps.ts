/**
 * One training step of tfjs on WebAssembly for each shape. stdin: {require, shapes, roundMs,
 * rounds, loadedBatches}, where `require` is a file from which its packages are resolved; stdout:
 * {program, milliseconds}: a list of the rounds for each shape.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const { require: from, shapes, roundMs, rounds, loadedBatches } = JSON.parse(readFileSync(0, 'utf8'));
const require = createRequire(from);
// The whole package, because it registers the gradients.
const tf = require('@tensorflow/tfjs');
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');

function millisecondsOfRounds(shape: readonly number[], batch: number): number[] {
  const layers = shape.slice(1).map((units, i) => ({
    W: tf.variable(tf.randomNormal([shape[i], units], 0, Math.sqrt(2 / shape[i]))),
    b: tf.variable(tf.zeros([units])),
  }));
  const rows = loadedBatches * batch;
  const classes = shape[shape.length - 1];
  const X = tf.randomNormal([rows, shape[0]]);
  const T = tf.oneHot(tf.randomUniform([rows], 0, classes, 'int32'), classes);
  const order = Int32Array.from(tf.util.createShuffledIndices(rows));
  const optimizer = tf.train.adam(1e-3);

  const logitsOf = (x: unknown) =>
    layers.reduce((a, { W, b }, i) => {
      const z = tf.add(tf.matMul(a, W), b);
      return i === layers.length - 1 ? z : tf.relu(z);
    }, x);

  let stepCount = 0;
  const step = () =>
    tf.tidy(() => {
      const start = (stepCount++ % loadedBatches) * batch;
      const chosen = tf.tensor1d(order.slice(start, start + batch), 'int32');
      const [x, t] = [tf.gather(X, chosen), tf.gather(T, chosen)];
      optimizer.minimize(() => tf.losses.softmaxCrossEntropy(t, logitsOf(x)));
    });

  const round = () => {
    const start = performance.now();
    let steps = 0;
    for (; performance.now() - start < roundMs; steps++) step();
    return (performance.now() - start) / steps;
  };
  round(); // The warm-up round.
  return Array.from({ length: rounds }, round);
}

setWasmPaths(`${dirname(from)}/`);
await tf.setBackend('wasm');
await tf.ready();
const milliseconds = shapes.map(({ shape, batch }: { readonly shape: readonly number[]; readonly batch: number }) =>
  millisecondsOfRounds(shape, batch),
);
console.log(JSON.stringify({ program: `tfjs wasm ${tf.version.tfjs}`, milliseconds }));
