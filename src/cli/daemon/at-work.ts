/** What a process says to the one that started it when its dispatcher's first pass is done. */
export const AT_WORK = "at work";
