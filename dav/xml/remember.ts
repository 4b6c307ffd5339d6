/**
 * Keeps results of a pure function of texts, for texts that come again and again: clients poll with the
 * same bytes. What was asked for longest ago makes room.
 *
 * @param most texts that are kept, and the length above which none is
 */
export function remember<Result>(
  compute: (text: string) => Result,
  most: { texts: number; length: number },
): (text: string) => Result {
  const results = new Map<string, Result>();
  return (text) => {
    if (text.length > most.length) return compute(text);
    const result = results.get(text) ?? compute(text);
    results.delete(text);
    results.set(text, result);
    const [oldest] = results.size > most.texts ? results.keys() : [];
    if (oldest !== undefined) results.delete(oldest);
    return result;
  };
}
