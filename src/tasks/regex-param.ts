import * as z from 'zod'
import { pythonRegex } from '../jinja/regex.ts'
import { text } from './params.ts'

/** A regular expression of Python's, checked before the run. */
export const pattern = text.transform((value, context) => {
  try {
    pythonRegex(value)
    return value
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})
