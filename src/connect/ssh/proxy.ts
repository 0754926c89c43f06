import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { HakubeError } from '../../errors.ts'
import { Tail } from '../channel.ts'
import { expandTokens, type SshSettings } from '../ssh-config.ts'

/** A stream to a host's SSH port. */
export interface Way {
  stream: Duplex
  /** What a program in between has said, as soon as it has ended or 300 ms have passed. */
  words: () => Promise<string>
  end: () => void
}

/** One hop of a ProxyJump. */
export interface Hop {
  address: string
  user: string | undefined
  port: number | undefined
}

/** The hops of `[user@]host[:port],…` or ssh:// URIs, in the order in which they are passed. */
export function parseJump(jump: string, host: string): Hop[] {
  return jump.split(',').map((text) => {
    const parts = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@[\]]+))(?::(\d+))?$/.exec(text.trim())
    const address = parts?.[2] ?? parts?.[3]
    if (!parts || address === undefined || address.startsWith('-')) {
      throw new HakubeError(`the ProxyJump of ${host} cannot be read: ${text}`, {
        code: 'bad-ssh-args',
        host,
        hint: 'write [user@]host[:port], several ones with commas between',
      })
    }
    return { address, user: parts[1], port: parts[4] === undefined ? undefined : Number(parts[4]) }
  })
}

/** Runs a ProxyCommand, whose standard input and output are the way to the host. */
export function openProxyCommand(command: string, settings: SshSettings, name: string): Way {
  const text = `exec ${expandTokens(command, { ...settings, name })}`
  // A session of its own: Ctrl-C in the terminal must not cut the connection under a running change.
  const child = spawn('/bin/sh', ['-c', text], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const tail = new Tail()
  child.stderr.on('data', (chunk: Buffer) => tail.push(chunk))
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
  child.on('error', (error) => stream.destroy(error))
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => resolve())
  })
  const end = (): void => {
    stream.destroy()
    child.kill('SIGHUP')
  }
  const words = async (): Promise<string> => {
    // Its streams end before its last words are read.
    await Promise.race([closed, sleep(300, undefined, { ref: false })])
    return tail.toString()
  }
  return { stream, words, end }
}
