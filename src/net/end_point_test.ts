import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { serverEndPointOf } from "./end_point.ts";

/** Certificates made with OpenSSL, and what `openssl dgst` says of their DER form with the hash that RFC 5929 asks for. */
const golden: { signature: string; certificate: string; endPoint: string | undefined }[] = [
  {
    signature: "ecdsa-with-SHA1",
    certificate: `
      MIIBFTCBvgIUekZXLI51DMULOHTG3+/2SXUmdi4wCQYHKoZIzj0EATAOMQwwCgYDVQQDDANlYzEwIBcNMjYxMTI0MDAwMzEy
      WhgPMjEyNjEwMzEwMDAzMTJaMA4xDDAKBgNVBAMMA2VjMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMtwLIwHnaRNdSXN
      pWNYK1R50gmhTRUVvEOXBBVzOipew2rIbYm9AsKEMuBD4OO97xMlSzzWbBHECdxKxaPE5tgwCQYHKoZIzj0EAQNHADBEAiBb
      dLgR/MzMRSbq1aefL+BCOTf0Ldz/D92JALMHRndvjwIgFNDRwYzS6fBrOEfVw9iEq3Hy+ZwFsSEskArlL9stybU=`,
    endPoint: "e82328a82ee7999072ae8a49e7cad80428b1b5cf22276699d17f677d862afc39",
  },
  {
    signature: "ecdsa-with-SHA256",
    certificate: `
      MIIBHTCBwwIUY2UwVxiDBHXCfx0ZTQhtJ9PxOjkwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFZWMyNTYwIBcNMjYxMTI0MDAw
      MzEyWhgPMjEyNjEwMzEwMDAzMTJaMBAxDjAMBgNVBAMMBWVjMjU2MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7ZIqhNmx
      Isp18q0y/3WSutFYFJZGgSJ5niGQCkr/UuNy8LWHh7Q9ErnpNDTKC2sokvqL4mQxam0r76yMqZZVBDAKBggqhkjOPQQDAgNJ
      ADBGAiEAv38NaevQ4nYjJhAzfT6hpx21AcUjYOCsBc8wfh4FkRwCIQD0uyn7q+Sdz1K15TsMx07CKT3WC+zk9F4pT7Yiaow7
      ZA==`,
    endPoint: "6de5730059ca466d309e1c4b7e13cccc9f5a8245997a269a04d05ceafe9aea9e",
  },
  {
    signature: "ecdsa-with-SHA384",
    certificate: `
      MIIBHTCBwwIUUpYHF0DXSy+x8B4e6cc9d21I8OYwCgYIKoZIzj0EAwMwEDEOMAwGA1UEAwwFZWMzODQwIBcNMjYxMTI0MDAw
      MzEyWhgPMjEyNjEwMzEwMDAzMTJaMBAxDjAMBgNVBAMMBWVjMzg0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YNdtVLB
      VouIsSH3kGtbme/zKL4sV2vOORt3Ah3KwWlrtv4B5ZCFyU9b7rtlJhO0mqjq+VxmeNOGNGplKDRoLjAKBggqhkjOPQQDAwNJ
      ADBGAiEA+A46aKlPBC5XcGoZlb5yYxYkKlqiLYsIRYhOwx2cCHoCIQDU8j5dbLh5wql6VAMI+rvfBEA1gauFsIhqfrU3gCgq
      kA==`,
    endPoint: "c439863b7b1617781a8f5febe36d0ced6e3f7c70e9385eb945e45945afecb686" +
      "b368db82692853d010b31be9059bd4fc",
  },
  {
    signature: "ecdsa-with-SHA512",
    certificate: `
      MIIBGzCBwwIURJPr/DtmwW28t5GxTnapNXVPrykwCgYIKoZIzj0EAwQwEDEOMAwGA1UEAwwFZWM1MTIwIBcNMjYxMTI0MDAw
      MzEyWhgPMjEyNjEwMzEwMDAzMTJaMBAxDjAMBgNVBAMMBWVjNTEyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmY6RgKjo
      kyc+yV8Zum2GkKSG738q5nSxoMMqyE3MSJ7h0Ddct8iGPjOjiw1GB6G2epAfAiapesaJ122NbxO7SzAKBggqhkjOPQQDBANH
      ADBEAiAONNki7rsnlYEpa1FFjme3BzisekKI9uDJLYS4KL/KgwIgbwgIalC2IhXGboyuv/8kPat1vzlYks5AgSKKBkE5g/g=`,
    endPoint: "5bcd756c0d0255f28a0b6e0c6a7b536b409728c4931dc338624ebf32c3e6dc4b" +
      "bd77e1b6aa9f4b421d58a76c29db1ca47485cc9752ad42fe923d53bc836bb81e",
  },
  {
    signature: "md5WithRSAEncryption",
    certificate: `
      MIIBoDCCAQkCFCmfOhLv+KgSwV53HAphCvlxsHJEMA0GCSqGSIb3DQEBBAUAMA4xDDAKBgNVBAMMA21kNTAgFw0yNjExMjQw
      MDAzMTJaGA8yMTI2MTAzMTAwMDMxMlowDjEMMAoGA1UEAwwDbWQ1MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDOfmTY
      iR+5xAwtsL5DZRxC/vevf0t8YarAg24AUO+qpdJEtZJL5JCSCB1jSik0r0b2FVmGXr6sqEdtqbcQj61ARUMzPWROgzfV/yZk
      EhqctO71XauXwhkq8pdJ4s85xBkeJGBNlXU/fpyVeZ4AntBWTFW4Dtn4y4kcKrJn0eRsPQIDAQABMA0GCSqGSIb3DQEBBAUA
      A4GBAGXGpIAmKR8ksRtc7E/GwfUH7EOYbQPBgGEJ7tFdLfs1+SmZ+2cyRu4eCfRpDFmQParbw8Qi/zJc2iPZs/p6DtC37wTe
      bix9hv+urGnrdeX9s9caAHmnmLUb4RUPTURCt0Vseo0nYaFVVbdB0Hs/i7mdatmkUOzM2gjHwD0rumO4`,
    endPoint: "bff5aec17abdc38c36364c2b524cac0da4b69fe81b61be2a03a6af18287ef3f6",
  },
  {
    signature: "sha1WithRSAEncryption",
    certificate: `
      MIIBojCCAQsCFC3nFGnp858rcPaB9rTVmJJ4g/7wMA0GCSqGSIb3DQEBBQUAMA8xDTALBgNVBAMMBHJzYTEwIBcNMjYxMTI0
      MDAwMzEyWhgPMjEyNjEwMzEwMDAzMTJaMA8xDTALBgNVBAMMBHJzYTEwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBALo3
      G+levJz182Qkr0lAKninD5YtuXY6XTEbmmXlPa6p0TePkEA31Uvut6Uml6TatjMUD59715918Qmz3A0B8ilMjOY03sSCtszC
      wZCuY5whzCVR3iwmCr9KnI5gsATUjqyJylp6ekYaxV/20EQpTeoUgLCagM/17bdF2s1UjZwjAgMBAAEwDQYJKoZIhvcNAQEF
      BQADgYEAfK25y5kCzmOhqLpGvIUGffqo79uSTsqbtoz9skpUpxufaUZ8u7zITTiz2/NpqVo8X8flYJIJzgOnUIgcW0e85IXp
      rypRwolG+rYyDw/FS4ySxm0vv+qd6qVxgRLXPaWx8BzBHDm4WLmPS0HrFsQS8kCCoWrxwMUc2qIAsFlLJ4g=`,
    endPoint: "71dc7b2df1a33ac73b94a106e234af04ede6c85b1354d429318c7766bf19eebb",
  },
  {
    signature: "sha256WithRSAEncryption",
    certificate: `
      MIIBpjCCAQ8CFFxsMjvQHeWb6r/Ou+uDRabgr0mwMA0GCSqGSIb3DQEBCwUAMBExDzANBgNVBAMMBnJzYTI1NjAgFw0yNjEx
      MjQwMDAzMTJaGA8yMTI2MTAzMTAwMDMxMlowETEPMA0GA1UEAwwGcnNhMjU2MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKB
      gQCoNkyVmb9BHe8RqH3OynzQePWbH1/uGgplBdCV9NMwwBhewMhSAISAE6ouANAyg06ArJAdK2oFOwIPD/2QX9AI/ltifxyL
      /faivt/6L/W0PfjLHCzMZOUfhJz21fAUAp3iihtgUGG0lzbhTbfdPDYuGV6m4J/vq3AJ8By/3GCJ3wIDAQABMA0GCSqGSIb3
      DQEBCwUAA4GBAEmxWu05zymkDsfTnzlFfIF0dNVNiJser0p/OBgSJROnQQqmbToAmcimSGxumabPzyauunzhoaJiLXDaYcBC
      fbEr88wzY935jx3WOXBTgHRU6UnwEnzqliLIDMNBbdOfqDWS0RBbnKF71YODnaGz4KAqrkBp8ZnU7NB+LUtQXNxN`,
    endPoint: "044057f692818972baa26f646035647bb52142030cbfe0dd0fbb441c68134fb5",
  },
  {
    signature: "sha384WithRSAEncryption",
    certificate: `
      MIIBpjCCAQ8CFEepMLEhi1J1Ls49b2cHisRKxzDQMA0GCSqGSIb3DQEBDAUAMBExDzANBgNVBAMMBnJzYTM4NDAgFw0yNjEx
      MjQwMDAzMTJaGA8yMTI2MTAzMTAwMDMxMlowETEPMA0GA1UEAwwGcnNhMzg0MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKB
      gQDiIOUQB9hqCZpdQthiPLdcaqnCdyg8vGAi5RR9Pt95k0Lnx1kTzxB1qq/BiZbRXXMlEX86WWluaMPHGEKsfRtuzYSbZtXi
      7wo52VhOcx9YWYBxrvPu10iWk9xKaRPaA4ZgkyOrGusaD6LZpabwFzxtT8g/ng9EwpkLI7XW+aj5CQIDAQABMA0GCSqGSIb3
      DQEBDAUAA4GBAEC0fXj4GhZrdnpdQaQXDBFDRp5UXGIy3i8JHFoiUe+Xng6LDCZZQUx+8yZCtG4J8vskSKR3AGl3maD24Gf7
      1y4usrHn1uxMCVNT4uAz3HgPEnajaTwP+4/SoG21Fr+kN5+Zc4qJusaLoPNXfkk+k04OImYvzaNEpIeYhK07WcbR`,
    endPoint: "7e3f315565894c7d30aec9f7e4488b62cc0e08c6896eb05a601569954028ef40" +
      "7fddb659b4c57e03f38b5950bab23d8e",
  },
  {
    signature: "sha512WithRSAEncryption",
    certificate: `
      MIIBpjCCAQ8CFGNQ8QR3iIsLul/Kiw4WLW5FIjbcMA0GCSqGSIb3DQEBDQUAMBExDzANBgNVBAMMBnJzYTUxMjAgFw0yNjEx
      MjQwMDAzMTJaGA8yMTI2MTAzMTAwMDMxMlowETEPMA0GA1UEAwwGcnNhNTEyMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKB
      gQDfXtz/HJVQwiZFQTLJQs2tjkRXKEbYCj0xoOwZtSy6sDm6vFaZM5UWTXhX+57sRRtezaoZeJMxsPmUrFK4A6vKEB/z/Q9q
      Etv3HgQNnbrj+Uq5LJeG+b1fjI4TM1ZJhzlM43S9rGPRiSY77aguiNXs6PXJEYZ8LW32ELqBn07eGQIDAQABMA0GCSqGSIb3
      DQEBDQUAA4GBAI0FlEEcjYS3KjSG4VKAxOgye5hEqFO2D3pXYmwjqz07Yf829I6Gjz05MGWmQkU0ZHhwyDtL6kDF/PMagus+
      xKO0n6HmxLcAASrFoqsSNv5OT1hD3yhTovYOqnS0UcCtmrGebFr/I+s6JbDNL8EbLBH8tRcbWnuzqvf0xA+98Gv+`,
    endPoint: "0a88382c950d79217f1cf4a607e34e5145183723886278e5f74fceebb81315c9" +
      "34356e98504f3ebb3b3cf13f44c4c7b14aec146682841f1bdde9b35c98fd852d",
  },
  {
    signature: "RSASSA-PSS with SHA-1, left out",
    certificate: `
      MIIBojCCAQsCFDJs8QD5zb7Zr0C5tqZ4COk1wjd3MA0GCSqGSIb3DQEBCjAAMA8xDTALBgNVBAMMBHBzczEwIBcNMjYxMTI0
      MDAwMzEzWhgPMjEyNjEwMzEwMDAzMTNaMA8xDTALBgNVBAMMBHBzczEwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBALLK
      pRqcPY91JRro66WowzmZXuabhK63xChRdEqEtIpmupzRZspnUEfF73LOvPgZbvG7KgdYetbyO3UXFBRBlkZgr+97BWbK7mNy
      GOq634RbxJVAFG9+K4VpjsOWkQhr6c9lBvuJ7YJEYL1UBj0PwSk4NpwNRMetw080EM7zUZHpAgMBAAEwDQYJKoZIhvcNAQEK
      MAADgYEAitQEc8JqwpJb5VxlRonD3IXkeL/ghshDoI1vYRwkRZu3wJl9m6o9F/6jdBh5dhf+NbfrDxepsBEZ0sntPJkGYn71
      LwEPbBpOOQPbNelOneouoRCwSyKe8u3KjZGvQWtsdVBDOgvrMgTUn7iRL/PLm+LRn8t+ofdeRK6F/srBx30=`,
    endPoint: "47839f135bb8dcde84d76c1577f37c1c7741777ca35d765376db892868fab159",
  },
  {
    signature: "RSASSA-PSS with SHA-256",
    certificate: `
      MIICBDCCAT4CFHxMnC3HCfFyK/arOoda1/H42FH0MDwGCSqGSIb3DQEBCjAvoA8wDQYJYIZIAWUDBAIBBQChHDAaBgkqhkiG
      9w0BAQgwDQYJYIZIAWUDBAIBBQAwETEPMA0GA1UEAwwGcHNzMjU2MCAXDTI2MTEyNDAwMDMxM1oYDzIxMjYxMDMxMDAwMzEz
      WjARMQ8wDQYDVQQDDAZwc3MyNTYwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAK4pOIRXUmPWJXtNcVWW6E0VN69pIx3o
      ENGP6n42A9aBJjX+MRVmBYr0iBf9zq7t2h8b79y1LqvXsgGCY9iZ7CQGxc+DiJH+sS6Kda7eQxZuJYo3dJcIb42nzfqKFUl6
      mSr77HIxpYRoR88qTHaWGh5D9SukeYNPJGlPhiNe0UKhAgMBAAEwPAYJKoZIhvcNAQEKMC+gDzANBglghkgBZQMEAgEFAKEc
      MBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAAOBgQAF2BYBl/3fCyvUzcRCgeW8QOT7ByQkUuWd2XdC5sewsaPMEbIdkPdQ
      hw53ljwvL7oRI6wI1W6FQ7KsgGiBNJjxY+4/ojGUim55nZAqnosi5lQwW2sTawZL3ddX7GepsT+oKfZhW0v5ZhqocDFHpfEp
      1ASfIyPjJ9snTQAdKMUluA==`,
    endPoint: "37eb1f76968cbeb99c28af02bb39a07e7b20170862db45ff873f76899bfb0f1c",
  },
  {
    signature: "RSASSA-PSS with SHA-384",
    certificate: `
      MIICBDCCAT4CFFZYd0bWvJXa+N1eeY9aZ3zj/Qh2MDwGCSqGSIb3DQEBCjAvoA8wDQYJYIZIAWUDBAICBQChHDAaBgkqhkiG
      9w0BAQgwDQYJYIZIAWUDBAICBQAwETEPMA0GA1UEAwwGcHNzMzg0MCAXDTI2MTEyNDAwMDMxM1oYDzIxMjYxMDMxMDAwMzEz
      WjARMQ8wDQYDVQQDDAZwc3MzODQwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAKS8/aTXQFZKyWlf6Ku+F20Fz2hiIPOX
      dalI5QOnYYgr+6snGggcR0OzrCmkbK8RkYExgU+E47mkklear8EAaaUCbS12rTaID/SGyl+rldYjVlAwrF1zEUYao5j8ls5/
      FXfzXNvhSECxTs95dOr0qvqxEOrNIp1oRI7H2Jd26s+FAgMBAAEwPAYJKoZIhvcNAQEKMC+gDzANBglghkgBZQMEAgIFAKEc
      MBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgIFAAOBgQB9AxBOn3bV6fjcusYZJPCqhyt80eyBfedXy2HlCBsmgX+g9Bx43+QN
      zdUmlqku8Scoieb2wmPuEN8BT1r5hzu1FlZ6nbz6ysrgjY5GowcEFfUaeRfpy41XHfaxSCIYi/FIPfo8u0SPmZqtLS+WP+u8
      GM6gF8Q/z5GA2hT+ciKYlw==`,
    endPoint: "0ef751bd030c90ad9eb1f62674025cdd07dbb8146d0e80885d927cc025706495" +
      "4736d5bde7d8c3f141159f1e56add261",
  },
  {
    signature: "Ed25519",
    certificate: `
      MIHWMIGJAhQix1dccsBpBTsccraLnP/qFgSqxDAFBgMrZXAwDTELMAkGA1UEAwwCZWQwIBcNMjYxMTI0MDAwMzEzWhgPMjEy
      NjEwMzEwMDAzMTNaMA0xCzAJBgNVBAMMAmVkMCowBQYDK2VwAyEAqfxIatAy7frhCUxWLdG6EsDFexYPhRKzrGb/TgXKyuYw
      BQYDK2VwA0EArdIxs+RKEvH0UV2r+FGkMOD3UCeFisbwPYQUmgKsBFBlo3SHMODSwv05iT+0hTCr3dFxfsn5uiCZ/tRl6ohx
      DQ==`,
    endPoint: undefined,
  },
];

const pem = (base64: string) => `-----BEGIN CERTIFICATE-----${base64}\n-----END CERTIFICATE-----\n`;

for (const { signature, certificate, endPoint } of golden) {
  Deno.test(`tls-server-end-point of a certificate signed with ${signature}`, () => {
    const data = serverEndPointOf(pem(certificate));
    assert.equal(data && Buffer.from(data).toString("hex"), endPoint);
  });
}

Deno.test("only the first certificate of a chain counts", () => {
  const [one, two] = [golden[1], golden[2]];
  assert.ok(one && two);
  assert.deepEqual(
    serverEndPointOf(pem(one.certificate) + pem(two.certificate)),
    serverEndPointOf(pem(one.certificate)),
  );
});

Deno.test("a certificate that is cut short is refused wherever it is cut", () => {
  const der = Buffer.from(golden[0]?.certificate ?? "", "base64");
  for (let length = 0; length < der.length; length++) {
    assert.throws(
      () => serverEndPointOf(pem(der.subarray(0, length).toString("base64"))),
      /Cannot read certificate/,
    );
  }
});
