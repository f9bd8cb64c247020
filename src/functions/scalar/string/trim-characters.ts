/** The text without leading and trailing characters of a set. */
export function trim(text: string, characters: string, leading: boolean, trailing: boolean): string {
  let start = 0
  let end = text.length
  if (characters.length === 1) {
    const code = characters.charCodeAt(0)
    if (leading) while (start < end && text.charCodeAt(start) === code) start++
    if (trailing) while (end > start && text.charCodeAt(end - 1) === code) end--
    return text.slice(start, end)
  }
  const set = new Set(characters)
  if (leading) {
    for (const character of text) {
      if (!set.has(character)) break
      start += character.length
    }
  }
  if (trailing) {
    while (end > start) {
      const pair =
        end - start > 1 && set.has(text.slice(end - 2, end)) && (text.codePointAt(end - 2) as number) > 0xffff
      if (pair) end -= 2
      else if (set.has(text[end - 1])) end--
      else break
    }
  }
  return text.slice(start, end)
}
