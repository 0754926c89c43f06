import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { errnoOf } from '../errno.ts'
import { HakubeError } from '../errors.ts'

// Milliseconds. A pipe that nobody has opened for writing would be waited for without end; one that is open may
// belong to a program that asks a cloud.
const PATIENCE = { closed: 3000, open: 300_000 }
const PAUSE = 20
const CHUNK = 64 * 1024

/**
 * What comes out of a named pipe, such as `-i <(command)`, until its writer closes it.
 * Throws HakubeError if nobody opens it for writing within three seconds, or writes nothing for five minutes.
 */
export async function* readPipe(path: string): AsyncGenerator<Buffer> {
  // Without O_NONBLOCK the opening itself waits for a writer, and cannot be given up.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    let heard = false
    let since = performance.now()
    for (;;) {
      const chunk = await readSome(file.read.bind(file))
      if (chunk === 'nothing yet' || (chunk === 'no writer' && !heard)) {
        const patience = chunk === 'no writer' ? PATIENCE.closed : PATIENCE.open
        if (performance.now() - since > patience) throw silent(path, patience)
        await sleep(PAUSE)
      } else if (chunk === 'no writer') return
      else {
        heard = true
        since = performance.now()
        yield chunk
      }
    }
  } finally {
    await file.close()
  }
}

type Read = (buffer: Buffer, offset: number, length: number, position: null) => Promise<{ bytesRead: number }>

async function readSome(read: Read): Promise<Buffer | 'nothing yet' | 'no writer'> {
  const buffer = Buffer.alloc(CHUNK)
  try {
    const { bytesRead } = await read(buffer, 0, CHUNK, null)
    return bytesRead === 0 ? 'no writer' : buffer.subarray(0, bytesRead)
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return 'nothing yet'
    throw error
  }
}

function silent(path: string, patience: number): HakubeError {
  return new HakubeError(`nothing came out of the pipe ${path} for ${patience / 1000} s`, {
    code: 'inventory-file',
    place: { file: path },
    hint: 'Is the program that writes into it running? Give a file instead.',
  })
}
