/* output.h - standard output and error of the tree when they are a fifo that
 * is held open both ways, as that of a catch-all logger is, or a terminal. */
#ifndef SVSCAN_OUTPUT_H
#define SVSCAN_OUTPUT_H

/* What services inherit can be written to and not read: otherwise each could
 * take the lines of others, or what is typed at a container's terminal.  The
 * end that is for both, which keeps the fifo from being without a reader,
 * stays with us.  Our own messages never wait.  Where the system cannot open
 * such a thing again, all is left as it is. */
void output_apart(int low);
/* Before a new program is executed: put it back, for the next output_apart. */
void output_together(void);
/* Standard output and error were replaced. */
void output_replaced(void);

#endif
