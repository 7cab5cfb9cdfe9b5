/**
 * Text into lines of a given width. A number is not parted from its unit, its thousands or the version in brackets
 * behind it, code in backquotes stays in one piece: as long as the line is long enough for them.
 */

/** A space at which no line ends; it is an ordinary space in what comes out. */
const GLUE = '\u00a0';
const KEEP = /(?<=[\d×]) (?=(?:\d{3}|m?s|%|million|cores?|threads?|processes|switches)(?![\w.])|\(\d)| (?=→)/g;
const CODE = /`[^`]*`/g;

/** How many columns a text takes. Everything written here is one column wide. */
export function widthOf(text: string): number {
  return [...text].length;
}

/** The text in lines of at most `width` columns, broken at spaces, and within a word only if it is longer than a line. */
export function wrap(text: string, width: number): string[] {
  const words = text
    .replace(KEEP, GLUE)
    .replace(CODE, (code) => code.replaceAll(' ', GLUE))
    .split(' ')
    .flatMap((word) => (widthOf(word) > width ? word.replaceAll(GLUE, ' ').split(' ') : [word]))
    .flatMap((word) => pieces(word, width));
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each) => each.replaceAll(GLUE, ' '));
}

/** How many columns the longest word takes, or the longest part between two seams: in fewer than that it is torn in an ugly place. */
export function longestWord(text: string): number {
  return Math.max(...text.split(/ |(?<=\.)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])/).map(widthOf));
}

/** The text with spaces behind it, up to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The text with spaces before it. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** The text, cut to `width` columns. */
export function cut(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** A word too long for a line, taken apart: behind a dot or before a capital letter if there is one, anywhere otherwise. */
function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let rest = word;
  while (widthOf(rest) > width) {
    const head = rest.slice(0, width);
    const seam = /^(.+?\.(?=\w)|.+[a-z](?=[A-Z]))/.exec(`${head}${rest.charAt(width)}`)?.[0].length ?? 0;
    const at = seam > 0 && seam <= width ? seam : width;
    found.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...found, rest];
}
