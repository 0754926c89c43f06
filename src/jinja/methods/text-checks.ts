import { define, type Method } from './define.ts'

function all(pattern: RegExp): Method<string> {
  return define({}, (text: string) => pattern.test(text))
}

/** The str methods that answer yes or no about every character. */
export const CHECKS: readonly (readonly [string, Method<string>])[] = [
  ['isalnum', all(/^[\p{L}\p{N}]+$/u)],
  ['isalpha', all(/^\p{L}+$/u)],
  ['isascii', all(/^[\0-\x7f]*$/)],
  ['isdecimal', all(/^\p{Nd}+$/u)],
  ['isdigit', all(/^[\p{Nd}²³¹⁰-⁹₀-₉]+$/u)],
  ['isnumeric', all(/^\p{N}+$/u)],
  ['isspace', all(/^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/)],
  ['isidentifier', all(/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}]*$/u)],
  ['isprintable', all(/^(?: |[^\p{C}\p{Z}])*$/u)],
  ['islower', define({}, (text: string) => /\p{Ll}/u.test(text) && !/[\p{Lu}\p{Lt}]/u.test(text))],
  ['isupper', define({}, (text: string) => /\p{Lu}/u.test(text) && !/[\p{Ll}\p{Lt}]/u.test(text))],
  [
    'istitle',
    all(/^(?=[^]*[\p{Lu}\p{Lt}])[^\p{L}]*(?:[\p{Lu}\p{Lt}]\p{Ll}*[^\p{L}]+)*(?:[\p{Lu}\p{Lt}]\p{Ll}*)?$/u),
  ],
]
