import { HakubeError } from '../errors.ts'

/** Options of the SSH configuration that hakube does without, as `ssh -G` prints them when they are set. */
const WITHOUT: Record<string, string> = {
  bindinterface: 'BindInterface',
  certificatefile: 'CertificateFile',
  knownhostscommand: 'KnownHostsCommand',
  nohostauthenticationforlocalhost: 'NoHostAuthenticationForLocalhost',
  pkcs11provider: 'PKCS11Provider',
  remotecommand: 'RemoteCommand',
}

/** Options without which a connection would be less safe, or none at all. */
const NEEDED: Record<string, [name: string, instead: string]> = {
  proxyusefdpass: ['ProxyUseFdpass', 'use a ProxyCommand that passes the data on'],
  revokedhostkeys: ['RevokedHostKeys', 'write the keys into known_hosts with the marker @revoked'],
}

/**
 * Names what the configuration sets for a host and hakube does not do.
 * Throws HakubeError `unsupported-ssh-option` for what cannot be left out.
 */
export function unsupportedSettings(values: ReadonlyMap<string, readonly string[]>, host: string): string[] {
  const isSet = (keyword: string): boolean =>
    values.get(keyword)?.some((value) => !/^(?:no|none|false)$/i.test(value)) ?? false
  for (const [keyword, [name, instead]] of Object.entries(NEEDED)) {
    if (!isSet(keyword)) continue
    throw new HakubeError(`the SSH configuration of ${host} sets ${name}, which is not supported`, {
      code: 'unsupported-ssh-option',
      host,
      hint: instead,
    })
  }
  return Object.entries(WITHOUT)
    .filter(([keyword]) => isSet(keyword))
    .map(([, name]) => `${host}: ${name} of the SSH configuration has no effect`)
}
