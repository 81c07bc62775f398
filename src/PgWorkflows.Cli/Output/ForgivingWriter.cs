using System.Text;

namespace PgWorkflows.Cli.Output;

/// <summary>Goes on in silence when nobody can read any more (a closed pipe, a full disk): what the run did and its return value do not depend on that.</summary>
internal sealed class ForgivingWriter(TextWriter inner) : TextWriter
{
    private bool _isBroken;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (_isBroken)
            return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _isBroken = true;
        }
    }
}
