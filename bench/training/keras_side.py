"""Keras 3 on TensorFlow: the same models, trained by one compiled function a step."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import side
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(side.threads)
tf.config.threading.set_inter_op_parallelism_threads(side.threads)

import keras
from keras import layers


def hard_sigmoid(x):
    """That of Keras 2 and tf.js; Keras 3 has x / 6 instead of x / 5."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def imdb(m):
    return keras.Sequential(
        [
            layers.Input((m["time"],), dtype="int32"),
            layers.Embedding(m["vocabulary"], m["width"], name="embedding"),
            layers.LSTM(
                m["units"],
                recurrent_activation=hard_sigmoid if m["gates"] == "hardSigmoid" else "sigmoid",
                dropout=m["dropout"],
                recurrent_dropout=m["dropout"],
                name="lstm",
            ),
            layers.Dense(1, activation="sigmoid", name="sentiment"),
        ]
    )


def cifar(m):
    def convolution(x, name, filters, size, strides):
        x = layers.Conv2D(filters, size, strides, "same", use_bias=False, name=name)(x)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}-norm")(x)

    inputs = layers.Input((32, 32, 3))
    x = layers.ReLU()(convolution(inputs, "first", m["width"], 3, 1))
    for stage in range(3):
        filters = m["width"] * 2**stage
        for block in range((m["depth"] - 2) // 6):
            name = f"stage{stage + 1}-block{block + 1}"
            strides = 2 if stage > 0 and block == 0 else 1
            y = layers.ReLU()(convolution(x, f"{name}-a", filters, 3, strides))
            y = convolution(y, f"{name}-b", filters, 3, 1)
            if strides > 1:
                x = convolution(x, f"{name}-shortcut", filters, 1, strides)
            x = layers.ReLU()(layers.Add()([y, x]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(m["classes"], name="logits")(x))


def ptb(m):
    recurrent = [
        layers.LSTM(m["units"], return_sequences=True, name=f"lstm-{i + 1}")
        for i in range(m["depth"])
    ]
    return keras.Sequential(
        [
            layers.Input((m["time"],), dtype="int32"),
            layers.Embedding(m["vocabulary"], m["units"], name="embedding"),
            *recurrent,
            layers.Dense(m["vocabulary"], name="logits"),
        ]
    )


model = {"imdb": imdb, "cifar": cifar, "ptb": ptb}[side.model["family"]](side.model)
loss = (
    keras.losses.BinaryCrossentropy()
    if side.model["family"] == "imdb"
    else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
)


# By tf.layers' names, `layer/weight`.
variables = {
    f"{layer.name}/{variable.name}": variable
    for layer in model.layers
    for variable in layer.trainable_variables
}
for name, array in side.read_initial().items():
    variables[name].assign(array)

OPTIMIZERS = {
    "adam": lambda rate, epsilon: keras.optimizers.Adam(rate, epsilon=epsilon),
    "momentum": lambda rate, _: keras.optimizers.SGD(rate, momentum=0.9),
    "sgd": lambda rate, _: keras.optimizers.SGD(rate),
}


def gradients_of(x, y):
    with tf.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    weights = [variable.value for variable in variables.values()]
    return value, tape.gradient(value, weights)


def gradients(x, y):
    found = gradients_of(x, y)[1]
    return {name: tf.convert_to_tensor(g).numpy() for name, g in zip(variables, found)}


# One compiled function: train_on_batch without what that adds in Python.
def make_step(rate, epsilon):
    optimizer = OPTIMIZERS[side.workload["optimizer"]](float(rate), epsilon)
    optimizer.build(list(variables.values()))

    @tf.function
    def step(x, y):
        value, found = gradients_of(x, y)
        # A lookup's gradient is a list of rows, and Keras's Adam would square the rows of a repeated
        # word one by one instead of their sum.
        found = [tf.convert_to_tensor(g) for g in found]
        optimizer.apply(found, list(variables.values()))
        return value

    return lambda x, y: float(step(x, y))


batches = [(tf.constant(x), tf.constant(y)) for x, y in side.read_batches()]
side.serve("keras", batches, gradients, make_step)
