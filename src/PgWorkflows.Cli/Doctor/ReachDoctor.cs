using PgWorkflows.Cli.Service;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks whether the accounts that act can reach what they need: the data directory's owner, and the account of the installed service.</summary>
internal sealed class ReachDoctor(Resource resource, CommandRunner runner)
{
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return resource.PassFile is null ? [] : [WindowsReachDoctor.PassFile(resource.Name, resource.PassFile)];
        var diagnoses = new List<Diagnosis> { await OwnerAsync(cancellationToken) };
        if (Environment.IsPrivilegedProcess && await ServiceAccountAsync(cancellationToken) is { } account)
        {
            foreach (var path in new[] { resource.DataDirectory, resource.PassFile }.OfType<string>())
            {
                if (!await CanAsync(account, "-r", path, cancellationToken))
                    diagnoses.Add(new($"{resource.Name}: service account", Verdict.Bad, $"the installed service runs as {account}, which cannot read {path}", $"give it to {account}, or install the service anew with --user"));
            }
        }

        if (resource.PassFile is { } passFile)
            diagnoses.Add(await PassFileAsync(passFile, cancellationToken));
        return diagnoses;
    }

    /// <summary>Commands on the data directory run as its owner: who is neither that nor root cannot give them.</summary>
    private async Task<Diagnosis> OwnerAsync(CancellationToken cancellationToken)
    {
        var owner = (await runner.RunAsync(new("stat", "-L", "-c", "%U", resource.DataDirectory), cancellationToken)).Stdout.Trim();
        var acting = resource.OsUser ?? Environment.UserName;
        return owner == acting
            ? new($"{resource.Name}: user", Verdict.Good, $"commands on {resource.DataDirectory} run as its owner, {owner}")
            : new($"{resource.Name}: user", Verdict.Bad, $"commands on {resource.DataDirectory} run as {acting}, but it belongs to {owner}",
                resource.OsUser is null ? $"run pgw as {owner} or as root" : $"set osUser to {owner}, or leave it out");
    }

    private async Task<Diagnosis> PassFileAsync(string passFile, CancellationToken cancellationToken)
    {
        var reader = resource.Client == ClientKind.Psql ? resource.OsUser : null;
        return await CanAsync(reader, "-r", passFile, cancellationToken)
            ? new($"{resource.Name}: pass file", Verdict.Good, $"{passFile} can be read by {reader ?? Environment.UserName}, its owner alone")
            : new($"{resource.Name}: pass file", Verdict.Bad, $"{passFile} cannot be read by {reader ?? Environment.UserName}", $"chown {reader ?? Environment.UserName} {passFile}, and let it enter the folders above");
    }

    private async Task<string?> ServiceAccountAsync(CancellationToken cancellationToken)
    {
        var shown = await runner.RunAsync(new("systemctl", "show", "--no-pager", "--property=LoadState,User", "--", $"{ServicePlan.DefaultName}.service"), cancellationToken);
        var lines = shown.Succeeded ? shown.Stdout.Split('\n') : [];
        return lines.Contains("LoadState=loaded") ? lines.FirstOrDefault(line => line.StartsWith("User=", StringComparison.Ordinal))?["User=".Length..] is { Length: > 0 } user ? user : null : null;
    }

    private async Task<bool> CanAsync(string? account, string test, string path, CancellationToken cancellationToken) =>
        (await runner.RunAsync(new("test", test, path) { OsUser = account }, cancellationToken)).Succeeded;
}
