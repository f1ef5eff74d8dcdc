import { describe, expect, it } from 'vitest'
import { questionLines, readAnswer, readChoice } from '../../../electron/cli/question.ts'
import { sampleAsk, sampleProgram } from '../../support/sample-doors.ts'

describe('a question on a terminal', () => {
  it('says which program asks where, for whom and for what in words', () => {
    const ask = sampleAsk(0, {
      scopes: ['https://www.googleapis.com/auth/drive.readonly', 'https://x.test/odd'],
    })
    const [head, first, second] = questionLines(ask)
    expect(head).toBe(`terraform in /home/asha/infra asks for ${ask.email}:`)
    expect(first).toBe('  1. Read and download every file you can reach, change nothing')
    expect(second).toBe('  2. https://x.test/odd')
  })

  it('says that a question comes from another machine, and that its name is only claimed', () => {
    const ask = sampleAsk(0, { remote: true, program: sampleProgram({ host: 'build-7', folder: null }) })
    expect(questionLines(ask)[0]).toContain('terraform on another machine (it says build-7) asks for')
  })

  it('takes a letter or the word, nothing for no, and asks again for anything else', () => {
    expect(['o', 'Session', ' a ', 'f', 'n', 'no', ''].map(readAnswer)).toEqual([
      ...['once', 'session', 'always', 'fewer', 'no', 'no', 'no'],
    ])
    expect(readAnswer('yes')).toBeNull()
  })

  it('takes numbers of the list only', () => {
    const scopes = ['a', 'b', 'c']
    expect(readChoice('1, 3 3', scopes)).toEqual(['a', 'c'])
    for (const line of ['', '0', '4', '1 x', '-1']) expect(readChoice(line, scopes), line).toBeNull()
  })
})
