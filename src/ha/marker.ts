/** Stands at the top of every file that the bundled templates write; a file with it may be replaced without asking. */
export const MARKER = 'Written by hakube. Changes made here are lost with the next run.'
