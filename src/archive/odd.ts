/** An archive that cannot be read as it is: damaged, or with something in it that its list cannot say. */
export class OddArchive extends Error {}
