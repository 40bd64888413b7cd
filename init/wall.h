/* wall.h - a message for all who are logged in. */
#ifndef INIT_WALL_H
#define INIT_WALL_H

/* Write to every terminal in use that can be written to at once. */
void wall_tell(const char *text);

#endif
