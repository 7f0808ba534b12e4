/** What the samples hold. */
export const TEXT = Buffer.from(
  Array.from({ length: 120 }, (_, i) => `line ${i * i} of ${i} is ${i % 2 === 0 ? 'even' : 'odd'}\n`).join(''),
);

function sample(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

/** `TEXT` as the usual tools compress it: gzip 1.12, xz 5.4.1, zstd 1.5.4, bzip2 1.0.8. */
export const SAMPLES = {
  gzip: sample(
    'H4sIAAAAAAACA2WWS24cMQxE9zmFjyB+RJH3sQMYMOxFgJw/010cBKzZ9EKg1HxSscivz++Pt/X28/vx+fzz9vH34/vX17Um15pc' +
      'az/v71jya0lnWF1rNsIkrjWfcbqvxT0C7Q6MGej3iWcExv3nnIF5Z1jz1+tGEWZR0Ewc8ftYISKJOwMhqLqTFcYCl0ww3QgmNE2c' +
      'POFMkQbhWSDnCegAVAJ0v4OV3ivxYgS49U5DJ+A+d85KgAFAnYDRwQR4+uQJeDoNfr/OeQIWAI0AC7dh9IILd2f8hAs3bfSGgncx' +
      'Z3kA0iakKN7ciFIMCrHDckIyxCkb6jOSaoDUWasBYTuhHhSBM2qiYJzliuJy1usCqpNgpYuWFasLp09UtYVkCFV9IfeicgDqJlQN' +
      'hO+Jqgenb+XyQTJ7omoh902o1qibTEdwM5tQH2WI06k6Dfe+uTwdz7SLLA2oQah2IIKYqJbQTBCqFSQWRtUPRQahegs4Jqob9B5s' +
      'sY7yiInqgWoKQvWD4guyoi7VQ6h7obDPRN0CGzjsRgbTOGRHDos5hLrbkM4m9+pwQt3Vp1NDWZ1Mstt17kX9B6hJqLFxMynkjrjI' +
      'JNRI3HtO1LPwTOnspkDNiXoMIkg23w3NJLnvgcSSUE9BkTlRs1toEWpq99uJmo7yKELNQDXVRM1E8RWhVtdqTdRHiggn1HI4QU3U' +
      'ChhHEWolfKZehoXnuMAevBQ7ZHHDcfziEcFbAjnJIideCYjHXtoiTS2LGo+o9RZuPY8m03+h5iMRnRi3H8lsFsLX57T0Oi7Zc2Ai' +
      'fN09M70MTXp6bOK5SasnJx6dxJ7DE01PYt7zk7x23h6haIYSq56ieIwSlx6k/k9S/wAgr3+S9AoAAA==',
  ),
  xz: sample(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ArzAe1dADYaSh8IoCYDTQcr3ELGzL04VXt7DWL4NGOuV3mWgddPzsVWHhev7VDYTGCH' +
      '3IcSQOtb5dcAALwfCWbdsl5zhSzYcucqbHkAlGu05Xft6KwJHYcw6o5+5R1TCvBjkiVy1/N1llO2Z81jkKhQOLo38idRy1oPLyUt' +
      'Q3+FFcb2Hq2FxYbidZns/zvDwwKS90+kYnTdmEyhbseoljsf8J0yksQ2uXAjifi7kXDCBEBlssM9qsonZfovhxiYl0PHsJFmxNrA' +
      'L2IsFLpGvBGb20UwQd/Ygo85B0Wqo/fE69L3aSwn3AB/IjUh/FGXVh17S6ly9m/1Ljgy4kwKAeOxjMdJ5dlbhqDCckjsdd/rD7bB' +
      'U3eOk1t5BiK28tNiHin8Ps6lpWtToLKrDcS1pDL1Z3fCtLoUlvz9V1pN9Q9qHYyeaqDDEGf/4XvFC3bkwCQ+WHSW8bN+rixwO3YU' +
      'm/7CY7eobcIRivfM0Fm4MWJM5DUANlszvjEhFp3NN5V8OQp0NQBjnCAo5i8NeqmjihFd0wT+aMPoT3L2wl0zYn9P9HRS+3sVy1wW' +
      'VjXSwqHjP1YcfIphPPjNo/IUZERCkGMSFozbxUCuCsH6MbOamNkaUKR0QSdTHivIwatU96nPzyhmmSXUaY2+ygQkEGaM+FImZQAA' +
      'AAAA/8cV/MaCFxkAAYkE9BUAAGbXgxyxxGf7AgAAAAAEWVo=',
  ),
  lzma: sample(
    'XQAAgAD//////////wA2GkofCKAmA00HK9xCxsy9OFV7ew1i+DRjrld5loHXT87FVh4Xr+1Q2Exgh9yHEkDrW+XXAAC8Hwlm3bJe' +
      'c4Us2HLnKmx5AJRrtOV37eisCR2HMOqOfuUdUwrwY5IlctfzdZZTtmfNY5CoUDi6N/InUctaDy8lLUN/hRXG9h6thcWG4nWZ7P87' +
      'w8MCkvdPpGJ03ZhMoW7HqJY7H/CdMpLENrlwI4n4u5FwwgRAZbLDParKJ2X6L4cYmJdDx7CRZsTawC9iLBS6RrwRm9tFMEHf2IKP' +
      'OQdFqqP3xOvS92ksJ9wAfyI1IfxRl1Yde0upcvZv9S44MuJMCgHjsYzHSeXZW4agwnJI7HXf6w+2wVN3jpNbeQYitvLTYh4p/D7O' +
      'paVrU6Cyqw3EtaQy9Wd3wrS6FJb8/VdaTfUPah2MnmqgwxBn/+F7xQt25MAkPlh0lvGzfq4scDt2FJv+wmO3qG3CEYr3zNBZuDFi' +
      'TOQ1ADZbM74xIRadzTeVfDkKdDUAY5wgKOYvDXqpo4oRXdME/mjD6E9y9sJdM2J/T/R0Uvt7FctcFlY10sKh4z9WHHyKYTz4zaPy' +
      'FGREQpBjEhaM28VArgrB+jGzmpjZGlCkdEEnUx4ryMGrVPepz88oZpkl1GmNvsoEJBBmjPiZOUIf//o5E0M=',
  ),
  zstd: sample(
    'KLUv/QRoPQ8A9iJHFrAlhQ5AgBqEsFVDlaWUaSeZpM4OXQlFAD4AQAAyUmTByoLymqxqWmnaWefd1wltWMm117l4IVemqGco17HI' +
      'czRZjsEikT/lSwj1KVVvYGAACaBgUGAwAgSLBRiw2KCAQED+6r3Cf8lukndk3yWQZeEiwZUFoQRZYDUEdY5h2LuwUAyXHDIV7U02' +
      'hEZ9KSkT6w9N57wXG0i2py68rJSVDrViqxa1EqLyaXVTUWk1ErVm5Bl6mFHJ0DqjEENEH3VODx/NH/cbik8rbGbC7GEzDlMJG2IY' +
      'R9is/I/33id7DxJFnibRLRkWXXgyWAJDKzRfVWF9ytIOJVkpgxFsBYlICv+cKJu8lAySC46CwT244BwMrsEFF8EKqlW8KhyA8Kgh' +
      'XG/y+h2QlSR5EBAvEImRB1BfXV2LT6Wrn67HUnthHtfIWtZzlJfAs0ihnX+R0ckwO/mWaoaTbwkCDCPzNlcA8LJxZ0irQI17i8aC' +
      'zDDezRhVBo2DfUesBTGcLXcGaoZwOGvfnzJh2V2I4ndn04BkBkwrtUGlrLS8QcW9LujB2wzca9vFDy6nFRTVLn5z/2SI3GkQ7wGC' +
      'BlxuK9LyMAnLKciqxFot3XyWJ+mkPBoSeCDayewZv8siAh+CCnrYFmDMcOVXAWzKZG0=',
  ),
  bzip2: sample(
    'QlpoOTFBWSZTWUHS6e8ABDDZgEAQQAB/4AcliQBQA3wHNJ6AIGp6NA1VT1ADFGjIGjTI0InjSqANMgCU/VVAGgaBhEiJMRoDJv8f' +
      'EQhIhCESEIkIQSGCAIQkQhIgAtdRJJESYRARKjIwKAkCAwCECBMACQJAJABCREkhIYSEQGISREJESR+rWtXO2eNtyIZhgYCEBEYA' +
      'wTMIMGYYIwA41tnrdcACIoR4AwZiDERJFBIJSigkoSYHveyz+YePTEoWYlUYgnBOCrcKnB1yFThK4FTgVwtThK4FTg65CpwVbhU4' +
      'ZU4VOF4MCbv4/nfG/eD865mJVEOa5ALskXLxcZPhJBzcGdYnce9zXTQsaDEoGJQMSFXEYxSXFJAbiVEkCR3jUCEITErXN6oBIJZg' +
      'H27IquxtsM0efbiqCKMupEg1Wu6hQuCMSYkxOHwJDIe7ysYolxj1t6JPjkDD6CNKpTZHSI8DsNLSuePm66idsRKoGJQmJhUIU2hV' +
      'qurw6LvqRJZCNkSbJWSz17h2r7ecAeokDCBB9sTz6+I9NVkPLzW86NJsGEiCIlAxKwxiTNUsymRBDVzRZ9pAJRqZ3eS2F2bzcwfc' +
      'bIFn2TyPZYsgNbdTuvecGImtlFn1FZtJmT4E6TtZt31bbvnz3KRKDiVQMTFCrvGSoZmk22raBvWmumSQL9gryCvwBXoFcgrYCvQC' +
      'tAK8gK8gr0ArYIpAFaBX+LuSKcKEgg6XT3g=',
  ),
} as const;
