// What could not be saved yet, kept on this machine: one place a person and tab, so that nobody sends another's decisions
// and no tab writes over what a second one keeps. A page that opens takes over what any other left behind; what both
// then send is saved once, for the later request finds the decision standing already.
const PREFIX = "access-reviews.unsaved";
const tab = crypto.randomUUID();
const places = (person) => Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}.${person}.`));

/** What earlier pages left behind: `{wishes, refused}`. */
export function kept(person) {
  const found = { wishes: [], refused: [] };
  try {
    for (const place of places(person)) {
      const one = JSON.parse(localStorage.getItem(place));
      found.wishes.push(...one.wishes);
      found.refused.push(...one.refused);
      localStorage.removeItem(place);
    }
  } catch {
    // no storage here (a private window), or what lies there is not ours
  }
  return found;
}

/** Keep what waits and what was refused; a browser without storage keeps them as long as the page is open. */
export function keep(person, wishes, refused) {
  const place = `${PREFIX}.${person}.${tab}`;
  try {
    if (!wishes.size && !refused.size) localStorage.removeItem(place);
    else localStorage.setItem(place, JSON.stringify({ wishes: [...wishes.values()], refused: [...refused.values()] }));
  } catch {
    // full or forbidden: the queue itself still holds them
  }
}
