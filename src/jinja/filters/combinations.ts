import { intArgument, REQUIRED } from '../arguments.ts'
import { spend } from '../budget.ts'
import { iterate } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import { type Args, type Item, tuple } from '../things.ts'
import { filter, onlyNamed, openFilter, type Filters } from './define.ts'

/** Filters that put several lists, or a list's elements, together in every way. */
export const combinations: Filters = {
  zip: openFilter((value, args) => {
    onlyNamed(args)
    const lists = [value, ...args.positional].map((list) => [...iterate(list)])
    const shortest = Math.min(...lists.map((list) => list.length))
    return rows(lists, shortest, null)
  }),
  zip_longest: openFilter((value, args) => {
    onlyNamed(args, 'fillvalue')
    const lists = [value, ...args.positional].map((list) => [...iterate(list)])
    const longest = Math.max(...lists.map((list) => list.length))
    return rows(lists, longest, args.named.get('fillvalue') ?? null)
  }),
  product: openFilter(product),
  permutations: filter({ r: null }, (value, { r }) => {
    const items = [...iterate(value)]
    return arrange(items, r === null ? items.length : intArgument(r, 'r'), true)
  }),
  combinations: filter({ r: REQUIRED }, (value, { r }) =>
    arrange([...iterate(value)], intArgument(r, 'r'), false),
  ),
}

function rows(lists: Item[][], count: number, fill: Item): Item[] {
  return Array.from({ length: count }, (_, index) =>
    tuple(lists.map((list) => (index < list.length ? (list[index] ?? null) : fill))),
  )
}

function product(value: Item, args: Args, runtime: Runtime): Item {
  onlyNamed(args, 'repeat')
  const times = intArgument(args.named.get('repeat') ?? 1, 'repeat')
  const lists = [value, ...args.positional].map((list) => [...iterate(list)])
  runtime.size(times * lists.length)
  let out: Item[][] = [[]]
  for (const list of Array.from({ length: times }, () => lists).flat()) {
    runtime.size(out.length * list.length)
    spend(out.length * list.length)
    out = out.flatMap((row) => list.map((item) => [...row, item]))
  }
  return out.map((row) => tuple(row))
}

/** All ways to pick this many elements, with their order (permutations) or without (combinations). */
function arrange(items: Item[], count: number, ordered: boolean): Item[] {
  if (count < 0) throw new Mistake('r must be non-negative')
  let picks: number[][] = [[]]
  // No list has that many, and nobody waits for so many rounds over nothing.
  if (count > items.length) return []
  for (let round = 0; round < count; round += 1) {
    spend(picks.length * items.length)
    picks = picks.flatMap((pick) =>
      items.flatMap((_, index) => {
        const fits = ordered ? !pick.includes(index) : index > (pick.at(-1) ?? -1)
        return fits ? [[...pick, index]] : []
      }),
    )
  }
  return picks.map((pick) => tuple(pick.map((index) => items[index] ?? null)))
}
