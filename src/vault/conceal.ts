import { HakubeError } from '../errors.ts'

/**
 * The same error without what it quotes from its file, for files that are encrypted: the place says enough to
 * those who may read them.
 */
export function conceal(error: HakubeError): HakubeError {
  const { code, place, host, task, exitCode } = error
  const { source: _, ...rest } = place ?? { file: '' }
  return new HakubeError(error.message.replaceAll(/"[^"]*"/g, '"********"'), {
    code,
    host,
    task,
    exitCode,
    place: place && rest,
    hint: 'The file is encrypted: look at the line with `hakube vault view`.',
  })
}
