import type { Facts, Subject } from './subject.ts'

const ALGORITHMS = ['rsa', 'ecdsa', 'ed25519']
const pathOf = (algorithm: string): string => `/etc/ssh/ssh_host_${algorithm}_key.pub`

/** The host's public SSH keys. */
export const sshKeys: Subject = {
  files: ALGORITHMS.map(pathOf),
  parse: (seen) => {
    const facts: Facts = {}
    for (const algorithm of ALGORITHMS) {
      const [type, key] = seen.file(pathOf(algorithm))?.split(/\s+/) ?? []
      if (type === undefined || key === undefined) continue
      facts[`ssh_host_key_${algorithm}_public`] = key
      facts[`ssh_host_key_${algorithm}_public_keytype`] = type
    }
    return facts
  },
}
