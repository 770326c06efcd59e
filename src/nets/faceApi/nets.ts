import type { Value } from "../onnx/expression.ts";
import type { Layers } from "./layers.ts";

/** Width and height of the crops that face-api's nets see. */
const size = 112;

/** What face-api's net for expressions tells, in the order of its output. */
export const expressionNames = [
  "neutral",
  "happy",
  "sad",
  "angry",
  "fearful",
  "disgusted",
  "surprised",
] as const;

/**
 * face-api's net for age and gender, a small Xception (F. Chollet, "Xception: Deep Learning with Depthwise Separable
 * Convolutions", 2017) with a row for each answer on the mean of its features.
 */
export function buildAgeGenderNet(layers: Layers): void {
  const first = layers.relu(
    layers.convolution(layers.input("image", [1, 3, size, size]), "entry_flow/conv_in", 2),
  );
  const narrow = reduction(layers, first, first, "entry_flow/reduction_block_0");
  const entered = reduction(layers, narrow, layers.relu(narrow), "entry_flow/reduction_block_1");
  const middle = ["middle_flow/main_block_0", "middle_flow/main_block_1"].reduce(
    (features, block) => layers.add(mainBranch(layers, features, block), features),
    entered,
  );
  const left = reduction(layers, middle, layers.relu(middle), "exit_flow/reduction_block");
  const features = layers.mean(layers.relu(layers.separableConvolution(left, "exit_flow/separable_conv", 1)));
  layers.output("age", layers.fullyConnected(features, "fc/age"));
  layers.output("gender", layers.softmax(layers.fullyConnected(features, "fc/gender")));
}

/**
 * Halves a picture: two separable convolutions and the greatest of each window, beside one convolution of all.
 *
 * @param activated what the separable convolutions see of it.
 */
function reduction(layers: Layers, features: Value, activated: Value, block: string): Value {
  const first = layers.separableConvolution(activated, `${block}/separable_conv0`, 1);
  const second = layers.separableConvolution(layers.relu(first), `${block}/separable_conv1`, 1);
  const shortcut = layers.convolution(features, `${block}/expansion_conv`, 2);
  return layers.add(layers.maxPool(second, 3, 2), shortcut);
}

function mainBranch(layers: Layers, features: Value, block: string): Value {
  return ["separable_conv0", "separable_conv1", "separable_conv2"].reduce(
    (branch, name) => layers.separableConvolution(layers.relu(branch), `${block}/${name}`, 1),
    features,
  );
}

/** face-api's net for expressions: four blocks of convolutions that see the sum of those before them. */
export function buildExpressionNet(layers: Layers): void {
  const image = layers.input("image", [1, 3, size, size]);
  const blocks = ["dense1", "dense2", "dense3"] as const;
  const features = blocks.reduce(
    (picture, block) => dense(layers, layers.separableConvolution(picture, `${block}/conv0`, 2), block),
    dense(layers, layers.convolution(image, "dense0/conv0", 2), "dense0"),
  );
  layers.output("expressions", layers.softmax(layers.fullyConnected(layers.mean(features), "fc")));
}

/** @param halved what the block's first convolution makes of the picture. */
function dense(layers: Layers, halved: Value, block: string): Value {
  let sum = layers.relu(halved);
  let activated = sum;
  for (const name of ["conv1", "conv2", "conv3"]) {
    sum = layers.add(sum, layers.separableConvolution(activated, `${block}/${name}`, 1));
    activated = layers.relu(sum);
  }
  return activated;
}
