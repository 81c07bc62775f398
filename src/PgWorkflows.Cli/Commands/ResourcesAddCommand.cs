using System.CommandLine;
using System.Text;
using PgWorkflows.Cli.Discovery;
using PgWorkflows.Cli.Output;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace PgWorkflows.Cli.Commands;

/// <summary>Finds the servers of this machine and writes an entry for one into the configuration, after showing it.</summary>
internal static class ResourcesAddCommand
{
    public static Command Create(GlobalOptions options)
    {
        var directory = new Argument<string?>("DIRECTORY") { Description = "The data directory of the server to add, when several are found.", Arity = ArgumentArity.ZeroOrOne };
        var name = new Option<string?>("--name") { Description = "The resource's name. Default: the cluster's or the service's.", HelpName = "NAME" };
        var yes = new Option<bool>("--yes") { Description = "Write it without asking." };
        var command = new Command("add", "Find the PostgreSQL servers of this machine and add one to the configuration.") { directory, name, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(parsed.GetValue(options.Json));
            var file = Target(parsed.GetValue(options.Config));
            var known = File.Exists(file) ? Settings.Read(file) : null;
            var server = Choose(output, await FreeAsync(known, cancellationToken), parsed.GetValue(directory));
            var text = server.Text(FreeName(known, parsed.GetValue(name), server.Name));
            output.Talk.MarkupLineInterpolated($"Found {server.Origin}. To be added to {file}:");
            output.Talk.WriteLine(text);
            if (!parsed.GetValue(yes) && !await AskAsync(output, cancellationToken))
                return ExitCodes.Interrupted;
            await WriteAsync(file, text, cancellationToken);
            if (output.IsJson)
                output.Json(server.Entry(FreeName(known, parsed.GetValue(name), server.Name)));
            else
                output.Console.MarkupLineInterpolated($"Added to {file}. Next: pgw doctor");
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Target(string? given) => Workspace.ConfigurationPath(given);

    private static async Task<IReadOnlyList<FoundServer>> FreeAsync(Settings? known, CancellationToken cancellationToken)
    {
        var found = await new ServerFinder(new CommandRunner(TimeProvider.System)).FindAsync(cancellationToken);
        return [.. found.Where(server => known is null || !known.Resources.Any(resource => IsSame(resource.DataDirectory, server.DataDirectory)))];
    }

    private static FoundServer Choose(CliOutput output, IReadOnlyList<FoundServer> found, string? directory)
    {
        if (found.Count == 0)
            throw new CliException(ExitCodes.Unavailable, "No PostgreSQL server was found here that is not configured yet. Looked for: Windows services of pg_ctl, systemd units, Debian's clusters, running servers. Run it as an administrator or root to see them all.");
        if (directory is not null)
        {
            return found.FirstOrDefault(server => IsSame(server.DataDirectory, directory))
                ?? throw new CliException(ExitCodes.Usage, $"No server with the data directory {directory} was found that is not configured yet. Found: {string.Join(", ", found.Select(server => server.DataDirectory))}.");
        }

        if (found is [var one])
            return one;
        foreach (var server in found)
            output.Talk.MarkupLineInterpolated($"{server.DataDirectory}  port {server.Port}, {(server.IsRunning ? "running" : "not running")}, {server.Origin}");
        throw new CliException(ExitCodes.Usage, "Several servers were found; name the data directory of one: pgw resources add DIRECTORY");
    }

    private static string FreeName(Settings? known, string? given, string suggested)
    {
        bool IsTaken(string name) => known?.Resources.Any(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is true;
        if (given is not null)
            return IsTaken(given) ? throw new CliException(ExitCodes.Usage, $"--name {given}: there is a resource of that name already. Choose another.") : given;
        return IsTaken(suggested) ? Enumerable.Range(2, 1000).Select(i => $"{suggested}-{i}").First(name => !IsTaken(name)) : suggested;
    }

    private static async Task<bool> AskAsync(CliOutput output, CancellationToken cancellationToken)
    {
        if (System.Console.IsInputRedirected)
            throw new CliException(ExitCodes.Usage, "There is nobody to ask. Give --yes to write it.");
        output.Talk.Markup("Write it? [[y/N]] ");
        return (await System.Console.In.ReadLineAsync(cancellationToken))?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>The new text is judged as a whole before it takes the old one's place.</summary>
    private static async Task WriteAsync(string file, string entry, CancellationToken cancellationToken)
    {
        var draft = file + ".new";
        try
        {
            var before = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "";
            var isMarked = File.Exists(file) && File.ReadAllBytes(file).AsSpan() is [0xEF, 0xBB, 0xBF, ..];
            var problems = File.Exists(file) ? Settings.Read(file).Problems.Count : 0;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(draft, ConfigurationText.Add(before, entry), new UTF8Encoding(isMarked), cancellationToken);
            var after = Settings.Read(draft);
            if (after.Problems.Count > problems)
                throw new CliException(ExitCodes.Configuration, ["The entry is not valid as it was found; nothing was written.", .. after.Problems.Select(problem => problem.ToString())]);
            await KeepRightsAsync(file, draft, cancellationToken);
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Configuration, $"{file} cannot be written: {e.Message}");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static async Task KeepRightsAsync(string file, string draft, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(file))
            return;
        File.SetUnixFileMode(draft, File.GetUnixFileMode(file));
        if (Environment.IsPrivilegedProcess)
            await new CommandRunner(TimeProvider.System).RunAsync(new("chown", $"--reference={file}", draft), cancellationToken);
    }

    private static bool IsSame(string one, string other) => string.Equals(
        Path.TrimEndingDirectorySeparator(one), Path.TrimEndingDirectorySeparator(other), OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
