using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace PgWorkflows.Cli.Output;

/// <summary>Results on standard output, as text or as JSON; talk and errors on standard error.</summary>
#pragma warning disable CA1001 // Standard output belongs to the process and is not ours to close.
internal sealed class CliOutput
#pragma warning restore CA1001
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public CliOutput(bool isJson)
    {
        IsJson = isJson;
        _out = new ForgivingWriter(System.Console.Out);
        Console = Make(_out, System.Console.IsOutputRedirected);
        Talk = Make(new ForgivingWriter(System.Console.Error), System.Console.IsErrorRedirected);
    }

    private readonly TextWriter _out;

    public bool IsJson { get; }

    /// <summary>Somebody watches: progress may be shown while a run goes on.</summary>
    public bool IsWatched => !IsJson && !System.Console.IsOutputRedirected;

    public IAnsiConsole Console { get; }

    public IAnsiConsole Talk { get; }

    public void Json(object value) => _out.WriteLine(JsonSerializer.Serialize(value, Options));

    public int Fail(int exitCode, params IReadOnlyList<string> messages)
    {
        if (IsJson)
            Json(new { Error = string.Join('\n', messages), ExitCode = exitCode });
        foreach (var message in messages)
            Talk.MarkupLineInterpolated($"[red]pgw:[/] {Printable(message)}");
        return exitCode;
    }

    /// <summary>What came from outside is echoed without control characters, and not endlessly.</summary>
    private static string Printable(string message)
    {
        var text = new string([.. message.Where(c => c == '\n' || !char.IsControl(c))]);
        return text.Length <= 4000 ? text : text[..4000] + "…";
    }

    /// <summary>In a pipe lines are as long as they are, without colour; on a terminal they fit it.</summary>
    private static IAnsiConsole Make(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(isRedirected ? new TrimmingWriter(writer) : writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (isRedirected)
            console.Profile.Width = 10_000;
        return console;
    }
}
