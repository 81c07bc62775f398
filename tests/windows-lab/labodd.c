/* labodd.exe - stands where sc.exe does and behaves badly, as the service's name says.
 *
 *   labodd.exe VERB flood       10 MB on both streams after the answer
 *   labodd.exe VERB noise       bytes that are no text, then the answer
 *   labodd.exe VERB hang        no answer, no end
 *   labodd.exe VERB grandchild  the answer, and a child that keeps both streams open
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <io.h>
#include <fcntl.h>

static void answer(void)
{
    printf("\r\nSERVICE_NAME: odd \r\n        STATE              : 4  RUNNING \r\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *how = argc > 2 ? argv[2] : "";
    _setmode(_fileno(stdout), _O_BINARY);
    if (!strcmp(how, "hang")) Sleep(INFINITE);
    if (!strcmp(how, "noise")) { fwrite("\x00\xff\xfe\x93\xfa\r\n\x1b[31m\r\n", 1, 14, stdout); answer(); }
    if (!strcmp(how, "flood"))
    {
        static char block[65536];
        int i;
        memset(block, 'x', sizeof block);
        answer();
        for (i = 0; i < 160; i++) { fwrite(block, 1, sizeof block, stdout); fwrite(block, 1, sizeof block, stderr); }
    }
    if (!strcmp(how, "grandchild"))
    {
        STARTUPINFOA start = { sizeof start };
        PROCESS_INFORMATION child;
        char line[] = "C:\\labodd.exe query hang";
        CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child);
        answer();
    }
    return 0;
}
