/**
 * Whether the text is a National Provider Identifier: ten digits, the first 1 or 2, the last a Luhn check digit over the
 * other nine with the prefix 80840 for US health care (45 CFR 162.406; ISO/IEC 7812-1 annex B).
 */
export function isNpi(text: string): boolean {
  if (!/^[12]\d{9}$/.test(text)) return false;
  const digits = [...`80840${text}`].map(Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const weighted = index % 2 === 1 ? digit * 2 : digit;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}

/** The NPI whose first nine digits are these: for invented people. */
export function npiFrom(nineDigits: string): string {
  const npi = Array.from({ length: 10 }, (_, check) => `${nineDigits}${check}`).find(isNpi);
  if (!npi) throw new RangeError(`${nineDigits} is not nine digits that begin with 1 or 2`);
  return npi;
}
