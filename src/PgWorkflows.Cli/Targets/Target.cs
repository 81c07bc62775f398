using System.CommandLine;
using System.CommandLine.Parsing;

namespace PgWorkflows.Cli.Targets;

/// <summary>Chooses where a command does its work.</summary>
internal static class Target
{
    /// <summary>Commands on this machine's files and services; what they are told of another machine would be wrong.</summary>
    private static readonly Dictionary<string, string> LocalOnly = new(StringComparer.Ordinal)
    {
        ["add"] = "'resources add' looks at this machine and writes its configuration file; run it where the server is, without --server.",
        ["doctor"] = "doctor looks at the programs, rights and files of the machine it runs on. Run it there, without --server.",
        ["demo"] = "demo makes a server of its own here. Leave --server out.",
        ["serve"] = "serve starts a server here. Leave --server out; --listen says where it listens.",
        ["service"] = "service works on the service manager of this machine. Leave --server out.",
        ["validate"] = "validate reads files of this machine. Leave --server out; a server looks at a definition when it is published.",
        ["run"] = "'workflows run' tries a file in memory here. Leave --server out.",
        ["conform"] = "conform reads a folder of this machine. Leave --server out.",
    };

    public static ITarget Of(ParseResult parsed, GlobalOptions options) => parsed.GetValue(options.Server) is { } server
        ? new ServerTarget(server, ServerKey.Read(parsed.GetValue(options.KeyFile)))
        : new LocalTarget(Workspace.Open(parsed, options));

    /// <summary>An option that would be ignored is refused.</summary>
    public static void RequireMeaningful(ParseResult parsed, GlobalOptions options)
    {
        if (parsed.GetValue(options.Server) is null && parsed.GetValue(options.KeyFile) is null)
            return;
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
        {
            if (LocalOnly.TryGetValue(command.Command.Name, out var why))
                throw new CliException(ExitCodes.Usage, why);
        }
    }
}
