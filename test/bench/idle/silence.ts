import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { lab } from '../../lab/lab.ts'

/** What became of a connection on which nothing was said. */
const Silent = z.object({
  through: z.string(),
  /** watch: in the middle of an answer; request: between two requests. */
  kind: z.enum(['watch', 'request']),
  alive: z.boolean(),
  said: z.string(),
  /** Until it was used again, or cut. */
  seconds: z.number(),
})
export type Silent = z.infer<typeof Silent>

const text = (name: string): Promise<Buffer> => readFile(new URL(name, import.meta.url))

/** Serves an API that can be silent beside the stand-in of each node, until the stand-in is started anew. */
export async function serveSilence(nodes: readonly string[], port: number): Promise<void> {
  const input = await text('server.py')
  await Promise.all(
    nodes.map(async (node) => {
      await lab.exec(`api-${node}`, ['sh', '-c', 'cat >/run/silent.py'], { input })
      await lab.sh(`api-${node}`, `setsid python3 /run/silent.py ${port} </dev/null >/dev/null 2>&1 &`)
    }),
  )
}

/** Keeps two connections to each place silent for so many seconds. `places`: name → ADDRESS:PORT. */
export async function keepSilent(
  seconds: number,
  places: Readonly<Record<string, string>>,
): Promise<Silent[]> {
  const targets = Object.entries(places).map(([name, place]) => `${name}=${place}`)
  const argv = ['python3', '-', String(seconds), ...targets]
  const { code, stdout, stderr } = await lab.exec('client', argv, { input: await text('client.py') })
  if (code !== 0) throw new Error(`the silent client ended with ${code}: ${stderr}`)
  return z.array(Silent).parse(JSON.parse(stdout))
}
