"""Writes what the LSTM layers of Keras 3 and PyTorch compute, for the unit tests to compare with.

    python3.11 -m venv peers && peers/bin/pip install -r test/oracles/requirements.txt
    peers/bin/python test/oracles/generate_lstm.py
    npx biome format --write test/oracles

`lstm.json` is `{versions, inputs, cases}`. Weights are in tf.js's shapes and order of gates: i, f, c, o.
The loss of a case is the sum of its outputs, of the last h and of the last c, each times the numbers
of `inputs` by the names `dOutput`, `dH` and `dC`. Everything runs in float64, and all inputs are
multiples of 1/64.
"""

import importlib.metadata
import json
import os
import pathlib
import platform

os.environ.update(KERAS_BACKEND='torch')

import keras
import numpy as np
import torch

BATCH, TIME, INPUTS, UNITS = 3, 4, 2, 3


def grid(random, *shape):
    """Multiples of 1/64 in [−1, 1]."""
    return random.integers(-64, 65, shape) / 64


def inputs():
    random = np.random.Generator(np.random.PCG64(1))
    return {
        'x': 2 * grid(random, BATCH, TIME, INPUTS),
        'kernel': grid(random, INPUTS, 4 * UNITS),
        'recurrentKernel': grid(random, UNITS, 4 * UNITS),
        'bias': grid(random, 4 * UNITS),
        'h0': grid(random, BATCH, UNITS),
        'c0': grid(random, BATCH, UNITS),
        # A gap in the middle and an end left out; nothing at all; everything.
        'mask': np.array([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]]),
        'dOutput': grid(random, BATCH, TIME, UNITS),
        'dH': grid(random, BATCH, UNITS),
        'dC': grid(random, BATCH, UNITS),
    }


GIVEN = inputs()


def tensors():
    """What can be differentiated, as leaves of PyTorch's graph."""
    names = ['x', 'kernel', 'recurrentKernel', 'bias', 'h0', 'c0']
    return {name: torch.tensor(GIVEN[name], requires_grad=True) for name in names}


def case(layer, options, leaves, output, h, c):
    """The figures of a case, whose outputs are [batch, time, units] or [batch, units]."""
    weights = [torch.tensor(GIVEN[name]) for name in ('dOutput', 'dH', 'dC')]
    if output.ndim == 2:
        weights[0] = weights[0][:, -1]
    sum((w * y).sum() for w, y in zip(weights, (output, h, c))).backward()
    gradients = {name: t.grad.numpy() for name, t in leaves.items() if t.grad is not None}
    values = {name: t.detach().numpy() for name, t in (('output', output), ('h', h), ('c', c))}
    return {'layer': layer, 'options': options, **values, 'gradients': gradients}


def pytorch():
    """All steps, from given states."""
    leaves = tensors()
    parameters = {
        'weight_ih_l0': leaves['kernel'].T,
        'weight_hh_l0': leaves['recurrentKernel'].T,
        'bias_ih_l0': leaves['bias'],
        'bias_hh_l0': torch.zeros(4 * UNITS, dtype=torch.float64),
    }
    layer = torch.nn.LSTM(INPUTS, UNITS, batch_first=True, dtype=torch.float64)
    states = (leaves['h0'][None], leaves['c0'][None])
    output, (h, c) = torch.func.functional_call(layer, parameters, (leaves['x'], states))
    options = {'returnSequences': True, 'initialState': True}
    return case('torch.nn.LSTM', options, leaves, output, h[0], c[0])


def of_keras(returnSequences=False, goBackwards=False, initialState=False, mask=False):
    """Keras 3's layer. Its outputs of masked steps do not begin as a given h: not both at once."""
    assert not (mask and initialState)
    leaves = tensors()
    layer = keras.layers.LSTM(
        UNITS,
        return_sequences=returnSequences,
        return_state=True,
        go_backwards=goBackwards,
        dtype='float64',
    )
    layer.build(GIVEN['x'].shape)
    layer.set_weights([GIVEN[name] for name in ('kernel', 'recurrentKernel', 'bias')])
    output, h, c = layer(
        leaves['x'],
        initial_state=[leaves['h0'], leaves['c0']] if initialState else None,
        mask=torch.tensor(GIVEN['mask'] != 0) if mask else None,
    )
    for name, variable in zip(('kernel', 'recurrentKernel', 'bias'), layer.trainable_weights):
        leaves[name] = variable.value
    options = dict(returnSequences=returnSequences, goBackwards=goBackwards)
    options |= dict(initialState=initialState, mask=mask)
    options = {name: value for name, value in options.items() if value}
    return case('keras.layers.LSTM', options, leaves, output, h, c)


def plain(value):
    """What JSON can hold: arrays as flat lists, numbers with 8 digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.ravel().tolist()]
    if isinstance(value, float):
        rounded = float(f'{value:.8g}')
        return int(rounded) if rounded.is_integer() else rounded
    return value


if __name__ == '__main__':
    versions = {p: importlib.metadata.version(p) for p in ('keras', 'numpy', 'torch')}
    content = {
        'versions': {'python': platform.python_version(), **versions},
        'sizes': {'batch': BATCH, 'time': TIME, 'inputs': INPUTS, 'units': UNITS},
        'inputs': GIVEN,
        'cases': {
            'PyTorch, all steps': pytorch(),
            'Keras, the last step': of_keras(),
            'Keras, all steps, masked': of_keras(returnSequences=True, mask=True),
            'Keras, the last step, masked, backwards': of_keras(goBackwards=True, mask=True),
            'Keras, all steps, from given states': of_keras(returnSequences=True, initialState=True),
        },
    }
    path = pathlib.Path(__file__).with_name('lstm.json')
    path.write_text(json.dumps(plain(content), ensure_ascii=False) + '\n', encoding='utf-8')
