import type { ReadStream } from 'node:tty'
import type { OutputStream } from '../report/output.ts'

/** What a command may use of the process. */
export interface Terminal {
  stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>
  stdout: OutputStream & { write(content: string | Uint8Array): unknown }
  stderr: OutputStream
  env: NodeJS.ProcessEnv
  cwd: string
  /** First Ctrl-C: begin nothing new. */
  interrupt: AbortSignal
  /** Second Ctrl-C: end what runs on the hosts. */
  abort: AbortSignal
}
