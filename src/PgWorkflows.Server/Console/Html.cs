using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace PgWorkflows.Server.Console;

/// <summary>Markup that is safe to send. It is made by <see cref="Page.Html"/> only, which encodes everything that is put into its holes.</summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    internal Html(string markup) => _markup = markup;

    public override string ToString() => _markup ?? "";
}

/// <summary>
/// Receives an interpolated string: what was written in the source is markup, what comes through a hole is text and encoded, unless it is
/// markup that was made the same way. Attributes are always written in double quotes.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlWriter(int literalLength, int formattedCount, Page page)
{
    /// <summary>Every script as it is; only what has a meaning in HTML is replaced.</summary>
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _markup = new(literalLength + formattedCount * 24);

    public void AppendLiteral(string markup) => _markup.Append(markup);

    public void AppendFormatted(Html markup) => _markup.Append(markup.ToString());

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts)
            _markup.Append(part.ToString());
    }

    public void AppendFormatted(Text text) => AppendFormatted(page.Say(text));

    public void AppendFormatted(string? text) => _markup.Append(text is null ? "" : Encoder.Encode(text));

    public void AppendFormatted(DateTimeOffset? time) => AppendFormatted(page.Time(time));

    public void AppendFormatted(TimeSpan? span) => AppendFormatted(Words.Of(span));

    public void AppendFormatted(long number) => _markup.Append(number.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(double number, string format) => _markup.Append(number.ToString(format, CultureInfo.InvariantCulture));

    public Html ToHtml() => new(_markup.ToString());
}
