import ssh2, { type ServerHostKeyAlgorithm } from 'ssh2'
import type { HakubeError } from '../../errors.ts'
import type { SshSettings } from '../ssh-config.ts'
import { connectError } from './failure.ts'
import { Overheard } from './overheard.ts'
import type { Way } from './proxy.ts'

/** The algorithms of each type of key, the best first: one connection shows one key. */
export const KEY_TYPES: readonly ServerHostKeyAlgorithm[][] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
]

/**
 * The key of one of these types that a host shows, by a connection that ends before the log-in. Undefined when
 * the host has no such key. Throws HakubeError with the cause in words when it cannot be reached.
 */
export function showKey(
  host: string,
  settings: SshSettings,
  serverHostKey: ServerHostKeyAlgorithm[],
  way: Way | undefined,
): Promise<Buffer | undefined> {
  const { hostname, port, addressFamily, bindAddress, connectTimeout } = settings
  const client = new ssh2.Client()
  const overheard = new Overheard()
  return new Promise<Buffer | undefined>((resolve, reject) => {
    const timer = setTimeout(() => {
      const late = new Error(`no answer within ${connectTimeout} s`)
      reject(Object.assign(late, { level: 'deadline' }))
    }, connectTimeout * 1000)
    client.on('error', (error: Error) => {
      clearTimeout(timer)
      if (/no matching host key format/.test(error.message)) resolve(undefined)
      else reject(error)
    })
    client.on('close', () => {
      clearTimeout(timer)
      reject(new Error('Connection lost before handshake'))
    })
    client.connect({
      ...(way ? { sock: way.stream } : {}),
      host: hostname,
      port,
      username: 'nobody',
      forceIPv4: addressFamily === 4,
      forceIPv6: addressFamily === 6,
      ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
      algorithms: { serverHostKey },
      readyTimeout: 0,
      debug: (line: string) => overheard.hear(line),
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void): void => {
        clearTimeout(timer)
        resolve(key)
        verify(false)
      },
    })
  })
    .catch(async (error: unknown) => {
      throw await failure(error, host, settings, overheard, way)
    })
    .finally(() => {
      client.destroy()
      way?.end()
    })
}

async function failure(
  error: unknown,
  host: string,
  { hostname, port }: SshSettings,
  overheard: Overheard,
  way: Way | undefined,
): Promise<HakubeError> {
  return connectError(error, {
    host,
    where: `${hostname} port ${port}`,
    user: '',
    login: '',
    loggingIn: false,
    algorithms: overheard.difference(),
    proxyWords: (await way?.words()) ?? '',
  })
}
