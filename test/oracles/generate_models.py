"""Writes losses and gradients of the experiments' models in PyTorch, for the unit tests to compare with.

    python3.11 -m venv peers && peers/bin/pip install -r test/oracles/requirements.txt
    peers/bin/python test/oracles/generate_models.py
    npx biome format --write test/oracles

`models.json` is `{versions, cases}`. Models are narrow, but whole. Weights and inputs are not in it:
both sides compute them by the same formula. Weights have the names and shapes that they have in
tf.layers; the v-th of them, sorted by name, has the i-th value

    ((7919 i + 104729 v) mod 257 - 128) / 256        (plus 1 where it is a gamma)

Of each gradient g there are its sum, its sum of squares, and its sum over i of g[i] · ((i mod 7) - 3).
Everything runs in float64.
"""

import importlib.metadata
import json
import math
import pathlib
import platform

import torch
import torch.nn.functional as F


def formula(v, shape):
    i = torch.arange(math.prod(shape))
    return (((7919 * i + 104729 * v) % 257 - 128) / 256).double().reshape(shape)


def leaves(shapes):
    """Weights by name."""
    weights = {}
    for v, name in enumerate(sorted(shapes)):
        value = formula(v, shapes[name])
        if name.endswith('/gamma'):
            value = value + 1
        weights[name] = value.clone().requires_grad_()
    return weights


def case(options, weights, loss):
    loss.backward()
    gradients = {}
    for name, weight in weights.items():
        g = weight.grad.reshape(-1)
        pattern = (torch.arange(len(g)) % 7 - 3).double()
        gradients[name] = [x.item() for x in (g.sum(), (g * g).sum(), (g * pattern).sum())]
    parameters = sum(weight.numel() for weight in weights.values())
    return {'options': options, 'parameters': parameters, 'loss': loss.item(), 'gradients': gradients}


class Recorder:
    """Convolution and batch normalization by name; first only to learn the shapes of the weights."""

    def __init__(self, weights=None):
        self.weights = weights
        self.shapes = {}

    def convolution(self, x, name, filters, size, stride, padding):
        channels = x.shape[1]
        self.shapes |= {
            f'{name}/kernel': (size, size, channels, filters),
            f'{name}-norm/gamma': (filters,),
            f'{name}-norm/beta': (filters,),
        }
        if self.weights is None:
            return torch.zeros(x.shape[0], filters, x.shape[2] // stride, x.shape[3] // stride)
        kernel = self.weights[f'{name}/kernel'].permute(3, 2, 0, 1)
        x = F.conv2d(F.pad(x, padding), kernel, stride=stride)
        gamma, beta = (self.weights[f'{name}-norm/{w}'] for w in ('gamma', 'beta'))
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)

    def dense(self, x, classes):
        self.shapes |= {'logits/kernel': (x.shape[1], classes), 'logits/bias': (classes,)}
        if self.weights is None:
            return torch.zeros(x.shape[0], classes)
        return x @ self.weights['logits/kernel'] + self.weights['logits/bias']


def residual(recorder, x, width, blocks, classes, strided):
    """He et al.'s network; `strided` is the padding of 3 × 3 convolutions with stride 2."""
    around = (1, 1, 1, 1)
    x = F.relu(recorder.convolution(x, 'first', width, 3, 1, around))
    for stage, n in enumerate(blocks):
        filters = width * 2**stage
        for block in range(n):
            name = f'stage{stage + 1}-block{block + 1}'
            stride = 2 if stage > 0 and block == 0 else 1
            padding = around if stride == 1 else strided
            y = F.relu(recorder.convolution(x, f'{name}-a', filters, 3, stride, padding))
            y = recorder.convolution(y, f'{name}-b', filters, 3, 1, around)
            if stride == 2:
                x = recorder.convolution(x, f'{name}-shortcut', filters, 1, stride, (0, 0, 0, 0))
            x = F.relu(x + y)
    return recorder.dense(x.mean((2, 3)), classes)


def resnet(depth, width, classes):
    # TensorFlow's `same` pads below and to the right alone; ResNet-18 pads as torchvision's does.
    blocks = [2] * 4 if depth == 18 else [(depth - 2) // 6] * 3
    strided = (1, 1, 1, 1) if depth == 18 else (0, 1, 0, 1)
    images = formula(0, (2, 32, 32, 3)).permute(0, 3, 1, 2)
    shapes = Recorder()
    residual(shapes, images, width, blocks, classes, strided)
    weights = leaves(shapes.shapes)
    logits = residual(Recorder(weights), images, width, blocks, classes, strided)
    loss = F.cross_entropy(logits, torch.tensor([1, 0]))
    return case({'depth': depth, 'width': width, 'classes': classes}, weights, loss)


def language_model(vocabulary, units, embeddingSize, depth, tied):
    """From states that are not 0, on 2 rows of 4 words."""
    sizes = [units] * (depth - 1) + [embeddingSize if tied else units]
    inputs = [embeddingSize] + sizes[:-1]
    shapes = {'embedding/embeddings': (vocabulary, embeddingSize), 'logits/bias': (vocabulary,)}
    if not tied:
        shapes['logits/kernel'] = (sizes[-1], vocabulary)
    for n, (size, width) in enumerate(zip(sizes, inputs), 1):
        shapes[f'lstm-{n}/kernel'] = (width, 4 * size)
        shapes[f'lstm-{n}/recurrent_kernel'] = (size, 4 * size)
        shapes[f'lstm-{n}/bias'] = (4 * size,)
    weights = leaves(shapes)
    words = torch.arange(10).reshape(2, 5) * 3 % vocabulary
    x = weights['embedding/embeddings'][words[:, :-1]]
    for n, size in enumerate(sizes, 1):
        lstm = torch.nn.LSTM(x.shape[-1], size, batch_first=True, dtype=torch.float64)
        parameters = {
            'weight_ih_l0': weights[f'lstm-{n}/kernel'].T,
            'weight_hh_l0': weights[f'lstm-{n}/recurrent_kernel'].T,
            'bias_ih_l0': weights[f'lstm-{n}/bias'],
            'bias_hh_l0': torch.zeros(4 * size, dtype=torch.float64),
        }
        states = tuple(formula(v, (1, 2, size)) for v in (2 * n, 2 * n + 1))
        x, _ = torch.func.functional_call(lstm, parameters, (x, states))
    output = weights['embedding/embeddings'].T if tied else weights['logits/kernel']
    logits = x @ output + weights['logits/bias']
    loss = F.cross_entropy(logits.reshape(-1, vocabulary), words[:, 1:].reshape(-1))
    options = dict(vocabulary=vocabulary, units=units, embeddingSize=embeddingSize)
    return case(options | dict(depth=depth, tied=tied), weights, loss)


def plain(value):
    """Numbers with 8 digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return float(f'{value:.8g}') if isinstance(value, float) else value


if __name__ == '__main__':
    content = {
        'versions': {'python': platform.python_version(), 'torch': importlib.metadata.version('torch')},
        'cases': {
            'ResNet-8': resnet(8, 4, 3),
            'ResNet-20': resnet(20, 2, 3),
            'ResNet-18': resnet(18, 2, 3),
            'language model': language_model(7, 3, 3, 2, False),
            'language model with tied weights': language_model(7, 5, 3, 3, True),
        },
    }
    path = pathlib.Path(__file__).with_name('models.json')
    path.write_text(json.dumps(plain(content), ensure_ascii=False) + '\n', encoding='utf-8')
