import { z } from 'zod'

/** The objects a release was made from. */
export const ReleaseInputs = z.array(
  z.object({
    kind: z.string().describe('Kind of the object.'),
    name: z.string().describe('Its name.'),
    digest: z.string().optional().describe('Digest of its content.'),
    files: z
      .array(z.string())
      .describe('Files of the repository it came from; none when it is not from Git.'),
    writer: z.string().optional().describe('Who changed it directly, past Git.'),
  }),
)
