/** Functions and classes by their signature. */

type Callable = (...args: never[]) => unknown;

/** `async function train(experiment, options = {}) { … }`, or a class with its members. */
export function signatureOf(callable: Callable): string {
  const source = Function.prototype.toString.call(callable);
  if (/^class\b/.test(source)) return classSignature(callable, source);
  const bareParameter = /^(?:async\s+)?[^\s()=,]+(?=\s*=>)/.exec(source);
  const end = bareParameter ? bareParameter[0].length : afterParameters(source, 0);
  if (end === -1) return `function ${callable.name}(…) { … }`;
  const head = source.slice(0, end).replace(/\s+/g, ' ');
  const body = source.slice(end).trimStart();
  if (body.startsWith('=>')) return `${callable.name ? `${callable.name} = ` : ''}${head} => …`;
  return `${head} { ${/^\{\s*\[native code\]/.test(body) ? '[native code]' : '…'} }`;
}

function classSignature(callable: Callable, source: string): string {
  const head = source.slice(0, source.indexOf('{')).replace(/\s+/g, ' ').trim();
  const named = /^class(\s+extends\b|$)/.test(head) && callable.name;
  const start = source.search(/(?<![\w$.#'"`])constructor\s*\(/);
  const end = start === -1 ? -1 : afterParameters(source, start);
  const own = Object.getOwnPropertyNames(callable.prototype).filter((key) => key !== 'constructor');
  const members = [
    ...(end === -1 ? [] : [source.slice(start, end).replace(/\s+/g, ' ')]),
    ...own.slice(0, MOST_MEMBERS),
    ...(own.length > MOST_MEMBERS ? ['…'] : []),
  ];
  const line = named ? head.replace(/^class/, `class ${callable.name}`) : head;
  return members.length > 0 ? `${line} { ${members.join('; ')} }` : `${line} {}`;
}

const MOST_MEMBERS = 30;

/** Where the first parenthesis after `start` has been closed, texts and comments passed over; or -1. */
function afterParameters(source: string, start: number): number {
  const tokens =
    /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[()]/g;
  tokens.lastIndex = start;
  let depth = 0;
  for (let match = tokens.exec(source); match; match = tokens.exec(source)) {
    if (match[0] === '(') depth++;
    else if (match[0] === ')' && --depth === 0) return tokens.lastIndex;
  }
  return -1;
}
