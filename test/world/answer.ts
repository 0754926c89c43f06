import type { Answer } from '../../src/connect/connection.ts'

/** What a probe printed. */
export function answer(stdout: string, code = 0, stderr = ''): Answer {
  return { code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }
}
