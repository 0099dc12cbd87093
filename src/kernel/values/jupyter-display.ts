/** The method by which an object says how it is shown, as Deno's kernel has it too. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for('Jupyter.display');
