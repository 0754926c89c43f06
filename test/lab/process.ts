import { spawn } from 'node:child_process'

/** How a program ended and what it said. `code` is 128 + signal number, or 128, where a signal ended it. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string | Buffer
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** Milliseconds, after which the program is killed. */
  readonly timeout?: number
}

/** Runs a program without a shell and collects what it says. Rejects only where it cannot be started. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program, ...args] = argv
  if (program === undefined) throw new Error('run: nothing to run')
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ? { ...process.env, ...options.env } : process.env,
      timeout: options.timeout,
      killSignal: 'SIGKILL',
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    )
    // A program that ends before it has read everything is its own affair; its exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** Like run, but a program that fails is an error with the end of what it said. Returns its stdout. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const ended = await run(argv, options)
  if (ended.code === 0) return ended.stdout
  const said = `${ended.stdout}\n${ended.stderr}`.trim().split('\n').slice(-25).join('\n')
  throw new Error(`${argv.join(' ')}: exit code ${ended.code}\n${said}`)
}

/** Whether a program of this name is on the PATH. */
export async function has(program: string): Promise<boolean> {
  return (await run(['/bin/sh', '-c', 'command -v "$1"', 'sh', program])).code === 0
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Asks again every 100 ms until the answer is true; false after `ms`. */
export async function until(ms: number, ask: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + ms
  for (;;) {
    if (await ask()) return true
    if (Date.now() > end) return false
    await sleep(100)
  }
}
