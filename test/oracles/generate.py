"""Writes what other libraries' optimizers compute, for the unit tests to compare with.

    python3.11 -m venv peers && peers/bin/pip install -r test/oracles/requirements.txt
    peers/bin/python test/oracles/generate.py torch pytorch-optimizer optax keras

    python3.11 -m venv addons && addons/bin/pip install -r test/oracles/requirements-tfa.txt
    addons/bin/python test/oracles/generate.py tfa

    npx biome format --write test/oracles

TensorFlow Addons ended with TensorFlow 2.14, hence an environment of its own.

Each file is `{versions, problems, cases}`; `load.ts` says what is in it, `problems.py` has the problems.
All gradients are given, none comes from a loss. Everything runs in float64, and all inputs and nearly
all hyperparameters are multiples of powers of two that float32 holds exactly: what is left of a
difference is a difference of definitions, or the float32 rounding of the side that is tested.
"""

import os
import sys

os.environ.update(KERAS_BACKEND='jax', JAX_ENABLE_X64='1', TF_CPP_MIN_LOG_LEVEL='3', JAX_PLATFORMS='cpu')

import numpy as np
from problems import BETA1, BETA2, DECAY, DENSE, LARGE, LR, MOMENTUM, PROBLEMS, RHO, SMALL, File

# PyTorch


def torch_parameters(problem):
    import torch

    return [torch.nn.Parameter(torch.tensor(v)) for v in problem['initial']]


def torch_values(parameters):
    return [p.detach().numpy().copy() for p in parameters]


def torch_trajectory(optimizer, parameters, problem):
    import torch

    values = []
    for gradients in problem['gradients']:
        for p, g in zip(parameters, gradients):
            p.grad = torch.tensor(g)
        optimizer.step()
        values.append(torch_values(parameters))
    return values


def torch_case(file, name, cls, **hyperparameters):
    parameters = torch_parameters(DENSE)
    values = torch_trajectory(cls(parameters, **hyperparameters), parameters, DENSE)
    module = 'torch.optim' if cls.__module__.startswith('torch.') else 'pytorch_optimizer'
    file.add(name, f'{module}.{cls.__name__}', 'dense', hyperparameters, values=values)


def torch_file():
    import torch
    from torch import optim

    file = File('torch', ['torch'])
    adam = {'lr': LR, 'betas': (BETA1, BETA2)}
    torch_case(file, 'adam', optim.Adam, **adam, eps=LARGE)
    torch_case(file, 'adam, small ε', optim.Adam, **adam, eps=SMALL)
    torch_case(file, 'adam, coupled decay', optim.Adam, **adam, eps=LARGE, weight_decay=DECAY)
    torch_case(file, 'adamw', optim.AdamW, **adam, eps=LARGE, weight_decay=DECAY)
    torch_case(file, 'sgd', optim.SGD, lr=LR)
    torch_case(file, 'momentum', optim.SGD, lr=LR, momentum=MOMENTUM)
    torch_case(file, 'nesterov', optim.SGD, lr=LR, momentum=MOMENTUM, nesterov=True)
    torch_case(file, 'sgd, coupled decay', optim.SGD, lr=LR, weight_decay=DECAY)
    torch_case(
        file, 'momentum, coupled decay', optim.SGD, lr=LR, momentum=MOMENTUM, weight_decay=DECAY
    )
    torch_case(
        file,
        'nesterov, coupled decay',
        optim.SGD,
        **{'lr': LR, 'momentum': MOMENTUM, 'nesterov': True, 'weight_decay': DECAY},
    )
    rmsprop = {'lr': LR, 'alpha': RHO}
    torch_case(file, 'rmsprop', optim.RMSprop, **rmsprop, eps=LARGE)
    torch_case(file, 'rmsprop, small ε', optim.RMSprop, **rmsprop, eps=SMALL)
    torch_case(
        file, 'rmsprop with momentum', optim.RMSprop, **rmsprop, eps=LARGE, momentum=MOMENTUM
    )
    torch_case(file, 'adagrad', optim.Adagrad, lr=LR, eps=LARGE, initial_accumulator_value=1 / 8)
    torch_case(
        file, 'adagrad, small ε', optim.Adagrad, lr=LR, eps=SMALL, initial_accumulator_value=1 / 8
    )
    torch_case(file, 'adadelta', optim.Adadelta, lr=1, rho=RHO, eps=LARGE)
    # Where ε stands shows in Adamax only when it is larger still.
    torch_case(file, 'adamax', optim.Adamax, **adam, eps=0.5)
    torch_case(file, 'adamax, small ε', optim.Adamax, **adam, eps=SMALL)
    for problem in 'table', 'tokens':
        for name, eps in ('sparse adam', LARGE), ('sparse adam, small ε', SMALL):
            torch_sparse_adam(file, f'{name}, {problem}', problem, {**adam, 'eps': eps})
    torch_clipping(file)
    torch_averages(file)
    file.write()


def torch_sparse_adam(file, name, problem, hyperparameters):
    import torch

    data = PROBLEMS[problem]
    parameters = torch_parameters(data)
    optimizer = torch.optim.SparseAdam(parameters, **hyperparameters)
    values = []
    for ids, rows in zip(data['tokens'], data['tokenGradients']):
        indices = torch.tensor([ids], dtype=torch.int64)
        parameters[0].grad = torch.sparse_coo_tensor(
            indices, torch.tensor(rows), (4, 3), check_invariants=True
        )
        optimizer.step()
        values.append(torch_values(parameters))
    file.add(name, 'torch.optim.SparseAdam', problem, hyperparameters, values=values)


def torch_clipping(file):
    """`values` are the clipped gradients; `norms` what clip_grad_norm_ returns."""
    import torch
    from torch.nn.utils import clip_grad_norm_, clip_grad_value_

    def clipped(clip):
        values, results = [], []
        for gradients in DENSE['gradients']:
            parameters = torch_parameters(DENSE)
            for p, g in zip(parameters, gradients):
                p.grad = torch.tensor(g)
            results.append(clip(parameters))
            values.append([p.grad.numpy().copy() for p in parameters])
        return values, results

    # Whole steps have norms of 2.06 … 3.16, single variables 0.73 … 2.91: above the limit and below.
    limit = 2.5
    values, norms = clipped(lambda ps: [clip_grad_norm_(ps, limit).item()])
    arguments = {'max_norm': limit}
    name = 'torch.nn.utils.clip_grad_norm_'
    file.add('clip by global norm', name, 'dense', arguments, values=values, norms=norms)
    values, norms = clipped(lambda ps: [clip_grad_norm_([p], limit).item() for p in ps])
    file.add('clip by norm', name, 'dense', arguments, values=values, norms=norms)
    values, _ = clipped(lambda ps: clip_grad_value_(ps, 0.75))
    name = 'torch.nn.utils.clip_grad_value_'
    file.add('clip by value', name, 'dense', {'clip_value': 0.75}, values=values)


def torch_averages(file):
    """`values` are averages of weights that are in turn what the problem calls its gradients."""
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    decay = 0.75
    for name, arguments, options in (
        ('ema of weights', {'decay': decay}, {'multi_avg_fn': get_ema_multi_avg_fn(decay)}),
        ('mean of weights', {}, {}),
    ):
        model = torch.nn.ParameterList(torch_parameters(DENSE))
        averaged = AveragedModel(model, **options)
        values = []
        for weights in DENSE['gradients']:
            with torch.no_grad():
                for p, w in zip(model, weights):
                    p.copy_(torch.tensor(w))
            averaged.update_parameters(model)
            values.append(torch_values(averaged.module))
        function = 'torch.optim.swa_utils.AveragedModel'
        file.add(name, function, 'dense', arguments, values=values)


# pytorch_optimizer


def pytorch_optimizer_file():
    import torch
    from pytorch_optimizer import SGDW, Lookahead

    file = File('pytorch-optimizer', ['pytorch_optimizer', 'torch'])
    inner = {
        'momentum': (torch.optim.SGD, {'lr': LR, 'momentum': MOMENTUM}),
        'nesterov': (torch.optim.SGD, {'lr': LR, 'momentum': MOMENTUM, 'nesterov': True}),
        'adam': (torch.optim.Adam, {'lr': LR, 'betas': (BETA1, BETA2), 'eps': LARGE}),
    }
    for name, (cls, inner_hyperparameters) in inner.items():
        for policy in 'none', 'reset', 'pullback':
            parameters = torch_parameters(DENSE)
            hyperparameters = {'k': 3, 'alpha': 0.25, 'pullback_momentum': policy}
            optimizer = Lookahead(cls(parameters, **inner_hyperparameters), **hyperparameters)
            values, slow = [], []
            for gradients in DENSE['gradients']:
                for p, g in zip(parameters, gradients):
                    p.grad = torch.tensor(g)
                optimizer.step()
                values.append(torch_values(parameters))
                slow.append([optimizer.state[p]['slow_params'].numpy().copy() for p in parameters])
            file.add(
                f'lookahead {name}, {policy}',
                f'pytorch_optimizer.Lookahead(torch.optim.{cls.__name__})',
                'dense',
                {**hyperparameters, 'inner': inner_hyperparameters},
                values=values,
                slow=slow,
            )
    sgdw = {'lr': LR, 'weight_decay': DECAY}
    torch_case(file, 'sgdw', SGDW, **sgdw)
    torch_case(file, 'sgdw with momentum', SGDW, **sgdw, momentum=MOMENTUM)
    torch_case(file, 'sgdw with nesterov', SGDW, **sgdw, momentum=MOMENTUM, nesterov=True)
    file.write()


# optax


def optax_file():
    import jax
    import optax

    file = File('optax', ['optax', 'jax'])
    initial = [jax.numpy.asarray(v) for v in DENSE['initial']]
    arrays = lambda tree: [np.asarray(v) for v in tree]

    adam = {'learning_rate': LR, 'b1': BETA1, 'b2': BETA2, 'eps': LARGE}
    momentum = {'learning_rate': LR, 'momentum': MOMENTUM}
    for name, cls, inner in ('adam', optax.adam, adam), ('momentum', optax.sgd, momentum):
        for reset in False, True:
            hyperparameters = {'sync_period': 3, 'slow_step_size': 0.25, 'reset_state': reset}
            optimizer = optax.lookahead(cls(**inner), **hyperparameters)
            parameters = optax.LookaheadParams.init_synced(initial)
            state = optimizer.init(parameters)
            values, slow = [], []
            for gradients in DENSE['gradients']:
                updates, state = optimizer.update(arrays(gradients), state, parameters)
                parameters = optax.apply_updates(parameters, updates)
                values.append(arrays(parameters.fast))
                slow.append(arrays(parameters.slow))
            file.add(
                f'lookahead {name}, {"reset" if reset else "keep"}',
                f'optax.lookahead(optax.{cls.__name__})',
                'dense',
                {**hyperparameters, 'inner': inner},
                values=values,
                slow=slow,
            )

    # Averages of what the problem calls its gradients.
    for debias in True, False:
        hyperparameters = {'decay': 0.75, 'debias': debias}
        average = optax.ema(**hyperparameters)
        state = average.init(initial)
        values = []
        for weights in DENSE['gradients']:
            averaged, state = average.update(arrays(weights), state)
            values.append(arrays(averaged))
        name = 'ema, debiased' if debias else 'ema'
        file.add(name, 'optax.ema', 'dense', hyperparameters, values=values)
    file.write()


# Keras 3


def keras_file():
    import keras
    from keras import optimizers

    keras.config.set_floatx('float64')
    file = File('keras', ['keras', 'jax'])

    def case(name, cls, **hyperparameters):
        optimizer = cls(**hyperparameters)
        variables = [keras.Variable(v) for v in DENSE['initial']]
        values = []
        for gradients in DENSE['gradients']:
            optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
            values.append([np.asarray(v.value) for v in variables])
        function = f'keras.optimizers.{cls.__name__}'
        file.add(name, function, 'dense', hyperparameters, values=values)

    rate = {'learning_rate': LR}
    adam = {**rate, 'beta_1': BETA1, 'beta_2': BETA2}
    case('adam', optimizers.Adam, **adam, epsilon=LARGE)
    case('adam, small ε', optimizers.Adam, **adam, epsilon=SMALL)
    case('adamw', optimizers.AdamW, **adam, epsilon=LARGE, weight_decay=DECAY)
    case('sgd', optimizers.SGD, **rate)
    case('sgd, decoupled decay', optimizers.SGD, **rate, weight_decay=DECAY)
    case('momentum', optimizers.SGD, **rate, momentum=MOMENTUM)
    case('momentum, decoupled decay', optimizers.SGD, **rate, momentum=MOMENTUM, weight_decay=DECAY)
    case('nesterov', optimizers.SGD, **rate, momentum=MOMENTUM, nesterov=True)
    case('rmsprop', optimizers.RMSprop, **rate, rho=RHO, epsilon=LARGE)
    rmsprop = {**rate, 'rho': RHO, 'momentum': MOMENTUM, 'epsilon': LARGE}
    case('rmsprop with momentum', optimizers.RMSprop, **rmsprop)
    case('adagrad', optimizers.Adagrad, **rate, initial_accumulator_value=1 / 8, epsilon=1e-7)
    case('adadelta', optimizers.Adadelta, learning_rate=1.0, rho=RHO, epsilon=LARGE)
    case('adamax', optimizers.Adamax, **adam, epsilon=LARGE)
    file.write()


# TensorFlow Addons


def tfa_file():
    import tensorflow as tf
    from tensorflow_addons.optimizers import LazyAdam

    file = File('tfa', ['tensorflow-addons', 'tensorflow-cpu'])
    # Three steps of its own test (lazy_adam_test.py), as a table of width 1.
    own = np.array([[0.1], [0.1]])
    PROBLEMS['own test'] = {
        'shapes': [[3, 1]],
        'initial': [np.array([[1.0], [1.0], [2.0]])],
        'gradients': [[np.array([[0.1], [0.0], [0.1]])]] * 3,
        'tokens': [[0, 2]] * 3,
        'tokenGradients': [own] * 3,
    }
    adam = {'learning_rate': LR, 'beta_1': BETA1, 'beta_2': BETA2}
    for name, problem, hyperparameters in (
        ('lazy adam, own test', 'own test', {'learning_rate': 0.001}),
        ('lazy adam, table', 'table', {**adam, 'epsilon': LARGE}),
        ('lazy adam, tokens', 'tokens', {**adam, 'epsilon': LARGE}),
    ):
        data = PROBLEMS[problem]
        optimizer = LazyAdam(**hyperparameters)
        variable = tf.Variable(data['initial'][0], dtype=tf.float64)
        values = []
        for ids, rows in zip(data['tokens'], data['tokenGradients']):
            rows = tf.constant(rows, tf.float64)
            slices = tf.IndexedSlices(rows, tf.constant(ids, tf.int32), variable.shape)
            optimizer.apply_gradients([(slices, variable)])
            values.append([variable.numpy()])
        function = 'tensorflow_addons.optimizers.LazyAdam'
        file.add(name, function, problem, hyperparameters, values=values)
    file.write()


FILES = {
    'torch': torch_file,
    'pytorch-optimizer': pytorch_optimizer_file,
    'optax': optax_file,
    'keras': keras_file,
    'tfa': tfa_file,
}

if __name__ == '__main__':
    if len(sys.argv) < 2 or not set(sys.argv[1:]) <= set(FILES):
        sys.exit(f'usage: generate.py {" ".join(f"[{name}]" for name in FILES)}')
    for name in sys.argv[1:]:
        FILES[name]()
