/* block.h - blocks on a command line, as execline passes them: words that
 * each begin with a space, ended by an empty word. */
#ifndef LIB_BLOCK_H
#define LIB_BLOCK_H

/* Take the block at the beginning of argv: one space is cut from each word
 * that has one (words without are taken as they are, for calls by hand).
 * The number of its words, after which argv has the empty word, now a null
 * pointer, and then the rest; or -1 if there is no empty word. */
int block_take(char **argv);

#endif
