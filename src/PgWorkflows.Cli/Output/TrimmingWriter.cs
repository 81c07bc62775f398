using System.Text;

namespace PgWorkflows.Cli.Output;

/// <summary>Leaves out the blanks that tables put at the ends of lines: in a pipe they only get in the way.</summary>
internal sealed class TrimmingWriter(TextWriter inner) : TextWriter
{
    private int _blanks;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value == ' ')
        {
            _blanks++;
            return;
        }

        if (value is '\r' or '\n')
            _blanks = 0;
        for (; _blanks > 0; _blanks--)
            inner.Write(' ');
        inner.Write(value);
    }

    public override void Flush() => inner.Flush();
}
