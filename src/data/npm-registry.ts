/** Packages as npm on this machine would fetch them. */

import registryAuthToken from 'registry-auth-token';
import registryUrl from 'registry-auth-token/registry-url';

/**
 * A package's archive in the registry that npm is configured for (`.npmrc`, `npm_config_registry`),
 * with the token that npm would send.
 */
export function packageArchive(
  name: string,
  version: string,
): { url: string; headers: Record<string, string> } {
  const registry = registryUrl();
  const { type, token } = registryAuthToken(registry) ?? {};
  return {
    url: new URL(`${name}/-/${name}-${version}.tgz`, registry).href,
    headers: token === undefined ? {} : { authorization: `${type} ${token}` },
  };
}
