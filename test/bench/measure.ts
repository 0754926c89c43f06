import { spawn } from 'node:child_process'

export interface Command {
  name: string
  argv: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Exit statuses that count as done; 0 by default. */
  statuses?: readonly number[]
}

export interface Figures {
  name: string
  /** Seconds, sorted. */
  seconds: number[]
  median: number
}

/** Runs a command to its end and returns the seconds that it took as a whole process. */
export async function time({ name, argv, env, statuses = [0] }: Command): Promise<number> {
  const [program = '', ...args] = argv
  const started = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (!statuses.includes(status ?? -1)) {
    throw new Error(
      `${name} ended with status ${String(status)}:\n${Buffer.concat(said).toString().slice(-2000)}`,
    )
  }
  return (performance.now() - started) / 1000
}

/** Times several commands in turn (A B C A B C …), so that a machine that slows down slows down all of them. */
export async function compare(commands: readonly Command[], rounds: number): Promise<Figures[]> {
  const seconds = commands.map((): number[] => [])
  for (const command of commands) await time(command)
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) seconds[index]?.push(await time(command))
  }
  return commands.map(({ name }, index) => {
    const sorted = [...(seconds[index] ?? [])].sort((a, b) => a - b)
    return { name, seconds: sorted, median: sorted[Math.floor(sorted.length / 2)] ?? NaN }
  })
}

/** A table of medians, each beside its ratio to the first. */
export function table(title: string, figures: readonly Figures[]): string {
  const base = figures[0]?.median ?? NaN
  const rows = figures.map(({ name, seconds, median }) =>
    [
      `  ${name.padEnd(44)}`,
      `${median.toFixed(3)} s`,
      `(${seconds[0]?.toFixed(3)}–${seconds.at(-1)?.toFixed(3)})`,
      `× ${(median / base).toFixed(2)}`,
    ].join('  '),
  )
  return [title, ...rows].join('\n')
}
