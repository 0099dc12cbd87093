/** What a static import of a CommonJS module gives, in the manner of esModuleInterop. */
export function importedFrom(module: unknown, imported: string): unknown {
  if (imported === '*') return namespaceOf(module);
  if (imported === 'default') return isEsModule(module) ? module.default : module;
  return (module as Record<string, unknown> | null)?.[imported];
}

/** A module as `import * as` and `import()` show it. */
export function namespaceOf(module: unknown): unknown {
  const known = namespaces.get(module as object);
  if (known) return known;
  if (isEsModule(module)) return module;
  const isObject = (typeof module === 'object' && module !== null) || typeof module === 'function';
  const namespace: Record<string, unknown> = {};
  for (const name of isObject ? Object.getOwnPropertyNames(module) : []) {
    if (typeof module === 'function' && name in Function.prototype) continue;
    Object.defineProperty(namespace, name, {
      get: () => (module as Record<string, unknown>)[name],
      enumerable: true,
    });
  }
  Object.defineProperty(namespace, 'default', { value: module, enumerable: true });
  if (isObject) namespaces.set(module, namespace);
  return namespace;
}

const namespaces = new WeakMap<object, object>();

/**
 * An ES module for code compiled to CommonJS, which asks by the mark `__esModule` whether `default`
 * is an export of that name. {@link namespaceOf} gives the module itself.
 */
export function esModule(namespace: object): object {
  const marked = Object.defineProperty({}, '__esModule', { value: true });
  for (const name of Object.keys(namespace)) {
    const get = () => (namespace as Record<string, unknown>)[name];
    Object.defineProperty(marked, name, { get, enumerable: true });
  }
  namespaces.set(marked, namespace);
  return marked;
}

function isEsModule(module: unknown): module is { default: unknown } {
  return Boolean((module as { __esModule?: boolean } | null | undefined)?.__esModule);
}
