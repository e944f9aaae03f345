import { createSign, generateKeyPairSync, sign } from 'node:crypto';

export const certificateUrl = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem';

/** A key, a certificate that it signed for itself, and messages as SNS signs them. */
export function amazon() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const content = Buffer.concat(parts);
    const length =
      content.length < 128
        ? Buffer.from([content.length])
        : Buffer.from([0x82, content.length >> 8, content.length & 255]);
    return Buffer.concat([Buffer.from([tag]), length, content]);
  };
  const sha256WithRsa = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
  const name = der(
    0x30,
    der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('sns')))),
  );
  const time = (text: string) => der(0x17, Buffer.from(text));
  const content = der(
    0x30,
    Buffer.from('a003020102', 'hex'),
    Buffer.from('020101', 'hex'),
    sha256WithRsa,
    name,
    der(0x30, time('250101000000Z'), time('400101000000Z')),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const bytes = der(0x30, content, sha256WithRsa, signature).toString('base64');
  const certificate = `-----BEGIN CERTIFICATE-----\n${bytes.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
  const message = (change: Record<string, string> = {}, version: '1' | '2' = '2') => {
    const fields: Record<string, string> = {
      Type: 'Notification',
      MessageId: 'm-1',
      TopicArn: 'arn:aws:sns:eu-central-1:1:orders',
      Subject: 'hello',
      Message: '{"id":1}',
      Timestamp: '2026-01-15T10:30:00.000Z',
      ...change,
    };
    const names = [
      'Message',
      'MessageId',
      'SubscribeURL',
      'Subject',
      'Timestamp',
      'Token',
      'TopicArn',
      'Type',
    ];
    const text = names
      .filter(
        (name) => fields[name] !== undefined && !(name === 'Subject' && fields['Type'] !== 'Notification'),
      )
      .map((name) => `${name}\n${fields[name]}\n`)
      .join('');
    const signer = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text);
    return {
      ...fields,
      SignatureVersion: version,
      Signature: signer.sign(privateKey, 'base64'),
      SigningCertURL: certificateUrl,
    };
  };
  return { certificate, message };
}
