/**
 * The optimizers' update rules for a single number, in float64, with a switch for each convention in
 * which libraries differ. With a peer's switches a rule gives the peer's figures; with tf.js's, ours.
 */

/** The optimizer of one number. */
export interface Rule {
  /** The number p after a step with gradient g. Null: not sampled, so that only the clock ticks. */
  step(p: number, g: number | null): number;
  /** Replaces the first moment s. */
  pull?(f: (s: number) => number): void;
}

/** s ← μs + g, p ← p − lr·s; Nesterov's: p ← p − lr(g + μs). */
export function momentum(o: { lr: number; momentum: number; nesterov?: boolean }): Rule {
  let s = 0;
  return {
    step(p, g) {
      s = o.momentum * s + g!;
      return p - o.lr * (o.nesterov ? g! + o.momentum * s : s);
    },
    pull(f) {
      s = f(s);
    },
  };
}

/** m and v are means of g and g²; p ← p − lr·m̂ / (√v̂ + ε), where x̂ = x / (1 − βᵗ). */
export function adam(o: {
  lr: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Keras, TFA, SparseAdam: lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε), an ε before the correction. */
  epsilonHat?: boolean;
}): Rule {
  let [m, v, t] = [0, 0, 0];
  return {
    step(p, g) {
      t += 1;
      if (g === null) return p;
      m = o.beta1 * m + (1 - o.beta1) * g;
      v = o.beta2 * v + (1 - o.beta2) * g ** 2;
      const root = Math.sqrt(1 - o.beta2 ** t);
      const epsilon = o.epsilon / (o.epsilonHat ? root : 1);
      return p - (o.lr * m) / (1 - o.beta1 ** t) / (Math.sqrt(v) / root + epsilon);
    },
    pull(f) {
      m = f(m);
    },
  };
}

/** v is a mean of g²; s ← μs + lr·g / √(v + ε), p ← p − s. */
export function rmsprop(o: {
  lr: number;
  rho: number;
  epsilon: number;
  momentum?: number;
  /** PyTorch: √v + ε. */
  epsilonOutside?: boolean;
}): Rule {
  let [v, s] = [0, 0];
  return {
    step(p, gradient) {
      const g = gradient!;
      v = o.rho * v + (1 - o.rho) * g ** 2;
      s = (o.momentum ?? 0) * s + (o.lr * g) / root(v, o);
      return p - s;
    },
  };
}

/** v ← v + g², p ← p − lr·g / √(v + ε). */
export function adagrad(o: {
  lr: number;
  /** v before the first step. */
  initial: number;
  epsilon: number;
  /** PyTorch: √v + ε. */
  epsilonOutside?: boolean;
}): Rule {
  let v = o.initial;
  return {
    step(p, g) {
      v += g! ** 2;
      return p - (o.lr * g!) / root(v, o);
    },
  };
}

/** v is a mean of g², w of the squared updates u = √(w + ε) / √(v + ε) · g; p ← p − lr·u. */
export function adadelta(o: {
  lr: number;
  rho: number;
  epsilon: number;
  /** tf.js: u has v as it was before this step. */
  oldAccumulator?: boolean;
}): Rule {
  let [v, w] = [0, 0];
  return {
    step(p, gradient) {
      const g = gradient!;
      const before = v;
      v = o.rho * v + (1 - o.rho) * g ** 2;
      const u = (Math.sqrt(w + o.epsilon) / root(o.oldAccumulator ? before : v, o)) * g;
      w = o.rho * w + (1 - o.rho) * u ** 2;
      return p - o.lr * u;
    },
  };
}

/** m is a mean of g, u ← max(β₂u, |g|); p ← p − lr·m̂ / (u + ε), where m̂ = m / (1 − β₁ᵗ). */
export function adamax(o: {
  lr: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** PyTorch: u ← max(β₂u, |g| + ε), p ← p − lr·m̂ / u. */
  epsilonInMaximum?: boolean;
}): Rule {
  let [m, u, t] = [0, 0, 0];
  const [inside, outside] = o.epsilonInMaximum ? [o.epsilon, 0] : [0, o.epsilon];
  return {
    step(p, gradient) {
      const g = gradient!;
      t += 1;
      m = o.beta1 * m + (1 - o.beta1) * g;
      u = Math.max(o.beta2 * u, Math.abs(g) + inside);
      return p - (o.lr * m) / (1 - o.beta1 ** t) / (u + outside);
    },
    pull(f) {
      m = f(m);
    },
  };
}

/** Lookahead with `pullback` around a rule: p ← φ + α(p − φ), s ← s̄ + α(s − s̄) every k steps. */
export function pulledBack(inner: Rule, k: number, alpha: number, start: number): Rule {
  let [phi, sBar, n] = [start, 0, 0];
  return {
    step(p, g) {
      const fast = inner.step(p, g);
      n += 1;
      if (n % k !== 0) return fast;
      phi += alpha * (fast - phi);
      inner.pull!((s) => {
        sBar += alpha * (s - sBar);
        return sBar;
      });
      return phi;
    },
  };
}

const root = (v: number, o: { epsilon: number; epsilonOutside?: boolean }) =>
  o.epsilonOutside ? Math.sqrt(v) + o.epsilon : Math.sqrt(v + o.epsilon);

/** All variables after each step: a rule of its own for each number. */
export function follow(
  rule: (start: number) => Rule,
  initial: number[][],
  gradients: (number | null)[][][],
): number[][][] {
  const rules = initial.map((variable) => variable.map(rule));
  let values = initial;
  return gradients.map((step) => {
    values = values.map((variable, i) => variable.map((p, j) => rules[i][j].step(p, step[i][j])));
    return values;
  });
}
