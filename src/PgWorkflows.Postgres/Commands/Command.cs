using System.Collections.Frozen;

namespace PgWorkflows.Postgres.Commands;

/// <summary>One program call as data; only <see cref="ICommandRunner"/> makes something happen.</summary>
public sealed record Command(string FileName, params IReadOnlyList<string> Arguments)
{
    /// <summary>Variables on top of the scrubbed environment. Never a password: point to a file.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>How long it may run before it is ended.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The user of the operating system it runs as; null runs it as ourselves.</summary>
    public string? OsUser { get; init; }

    /// <summary>Ending it ends its descendants too. False for a command that starts a server: only the command itself is ended.</summary>
    public bool EndsTree { get; init; } = true;

    /// <summary>On Windows it writes in the code page of consoles (OEM), as the system's own programs do, and not in that of windows (ANSI).</summary>
    public bool WritesForConsoles { get; init; }

    /// <summary>The command as people read it: the program without its directory, then the arguments (actions.md, decision 4).</summary>
    public string Display => OutputText.Printable(DisplayAs ?? string.Join(' ', [ProgramName, .. Arguments]));

    /// <summary>What people read instead, where the program is only the way to start another one.</summary>
    public string? DisplayAs { get; init; }

    private string ProgramName => Path.GetFileName(FileName) switch
    {
        var name when name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) => name[..^4],
        var name => name,
    };

    /// <inheritdoc/>
    public override string ToString() => Display;
}
