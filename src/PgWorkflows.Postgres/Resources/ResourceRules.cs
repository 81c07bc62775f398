using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Resources;

/// <summary>What must hold between settings and on this machine; fills in the defaults that depend on other settings.</summary>
internal static class ResourceRules
{
    public static Resource Complete(Resource resource, ReportProblem report)
    {
        CheckName(resource.Name, report);
        resource = resource with { Service = resource.Service.Length == 0 && resource.ServiceControl == ServiceControlKind.PgCtl ? resource.Name : resource.Service };
        CheckService(resource, report);
        resource = CompleteCounting(resource, report);
        if (resource.DataDirectory.Length > 0)
            resource = CompleteDirectories(resource, report);
        PassFileRule.Check(resource, report);
        return resource.ServiceControl == ServiceControlKind.PgCtl ? CompletePgCtl(resource, report) : resource;
    }

    private static void CheckName(string name, ReportProblem report)
    {
        if (name.Length > 64)
            report("name", "is longer than 64 characters", "shorten it");
        if (name.Length > 0 && !char.IsAsciiLetterOrDigit(name[0]))
            report("name", $"'{name}' begins with '{name[0]}'", "begin it with a letter or a digit");
        if (name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            report("name", $"'{name}' contains other characters than letters, digits, '.', '_' and '-'", "use those only");
    }

    private static void CheckService(Resource resource, ReportProblem report)
    {
        if (resource.ServiceControl == ServiceControlKind.Systemd)
            CheckUnit(resource, report);
        if (resource.Service.Length == 0 && resource.ServiceControl == ServiceControlKind.Sc)
            report("service", "is missing", "name the service, as sc query knows it");
        if (resource.Service.Length > 256)
            report("service", "is longer than 256 characters", "name the service, not its description");
        if (resource.Service.Contains('/') || (resource.Service.Contains('\\') && resource.ServiceControl != ServiceControlKind.Systemd))
            report("service", "contains / or \\", "give the service's name, not a path");
        if (resource.Service.StartsWith('-') && resource.Service != resource.Name)
            report("service", "starts with '-'", "a service's name that looks like an option is refused");
        if (resource.Service.EndsWith('=') && resource.ServiceControl == ServiceControlKind.Sc)
            report("service", "ends with '='", "a name that sc would take for one of its options is refused");
        CheckServiceHost(resource, report);
        CheckServiceCommand(resource, report);
    }

    private static void CheckServiceHost(Resource resource, ReportProblem report)
    {
        if (resource.ServiceHost is not { } machine)
            return;
        if (resource.ServiceControl != ServiceControlKind.Sc)
            report("serviceHost", "is for serviceControl sc only", "leave it out");
        else if (machine.Length > 255 || !char.IsAsciiLetterOrDigit(machine[0]) || machine.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            report("serviceHost", $"'{machine[..Math.Min(machine.Length, 255)]}' is not the name of a machine", "give its name or IPv4 address, without backslashes");
        else if (resource.Host is "127.0.0.1" or "::1" or "localhost")
            report("host", $"is this machine, but the service is on '{machine}'", "name the address at which the probes reach that server");
    }

    private static void CheckServiceCommand(Resource resource, ReportProblem report)
    {
        if (resource.ServiceCommand is { } program && (!Path.IsPathFullyQualified(program) || !File.Exists(program)))
            report("serviceCommand", $"'{program}' is not the absolute path of a program", "give the full path, or leave it out");
        else if (Path.GetExtension(resource.ServiceCommand) is { } extension && (extension.Equals(".cmd", StringComparison.OrdinalIgnoreCase) || extension.Equals(".bat", StringComparison.OrdinalIgnoreCase)))
            report("serviceCommand", $"'{resource.ServiceCommand}' is a batch file, and the shell behind it would read the service's name as commands", "name a program");
    }

    /// <summary>"n of m": m is n without being set, as a window of fewer checks could never hold n failures.</summary>
    private static Resource CompleteCounting(Resource resource, ReportProblem report)
    {
        if (resource.FailuresWindow == 0)
            return resource with { FailuresWindow = resource.FailuresBeforeRecovery };
        if (resource.FailuresWindow < resource.FailuresBeforeRecovery)
            report("failuresWindow", $"{resource.FailuresWindow} is less than failuresBeforeRecovery, {resource.FailuresBeforeRecovery}, so nothing would ever be recovered", "make it at least as large");
        return resource;
    }

    private static void CheckUnit(Resource resource, ReportProblem report)
    {
        if (!OperatingSystem.IsLinux())
            report("serviceControl", "is systemd, which this platform does not have", "use sc or pg_ctl");
        if (resource.Service.Length == 0)
            report("service", "is missing", "name the unit, as systemctl list-units knows it, for example postgresql@15-main");
        else if (SystemdUnitName.Check(resource.Service) is var (problem, cure))
            report("service", problem, cure);
    }

    private static Resource CompleteDirectories(Resource resource, ReportProblem report)
    {
        var data = resource.DataDirectory;
        var isCluster = false;
        if (!Path.IsPathFullyQualified(data))
            report("dataDirectory", $"'{data}' is not absolute", "give the full path");
        else if (!Directory.Exists(data))
            report("dataDirectory", $"'{data}' does not exist or may not be entered", "create the cluster with initdb, or correct the path");
        else if (!File.Exists(Path.Combine(data, "PG_VERSION")))
            report("dataDirectory", $"'{data}' is not a database cluster: it has no readable PG_VERSION", "create the cluster with initdb, or correct the path");
        else
            isCluster = true;

        if (resource.BinDirectory.Length == 0 && isCluster)
        {
            resource = resource with { BinDirectory = BinDirectories.Find(data) ?? "" };
            if (resource.BinDirectory.Length == 0)
                report("binDirectory", "is missing, and no pg_ctl of the data directory's version was found", "give the directory of pg_ctl");
        }
        else if (resource.BinDirectory.Length > 0 && !Path.IsPathFullyQualified(resource.BinDirectory))
        {
            report("binDirectory", $"'{resource.BinDirectory}' is not absolute", "give the full path");
        }
        else if (resource.BinDirectory.Length > 0 && !File.Exists(resource.Program("pg_ctl")))
        {
            report("binDirectory", $"'{resource.BinDirectory}' has no pg_ctl", "give the directory of PostgreSQL's programs");
        }

        return CompleteOsUser(resource, isCluster, report);
    }

    private static Resource CompleteOsUser(Resource resource, bool isCluster, ReportProblem report)
    {
        if (OperatingSystem.IsWindows())
        {
            if (resource.OsUser is not null)
                report("osUser", "is not possible on Windows", "leave it out; the service's account decides");
            return resource;
        }

        if (resource.OsUser is { } name)
        {
            if (LibC.Account(name) is not { } account)
                report("osUser", $"the OS user '{name}' does not exist", "create it, or name another");
            else if (account.Uid == 0)
                report("osUser", "is root, as which PostgreSQL refuses to run", "name the data directory's owner");
            return resource;
        }

        if (LibC.CurrentUser != 0 || !isCluster || LibC.Stat(resource.DataDirectory) is not { } facts)
            return resource;
        if (facts.Owner == 0)
            report("dataDirectory", "belongs to root, as which PostgreSQL refuses to run", "give it to the server's OS user");
        return resource with { OsUser = LibC.Account(facts.Owner)?.Name ?? facts.Owner.ToString(CultureInfo.InvariantCulture) };
    }

    private static Resource CompletePgCtl(Resource resource, ReportProblem report)
    {
        if (resource.LogFile.Length == 0 && resource.DataDirectory.Length > 0)
            resource = resource with { LogFile = Path.Combine(resource.DataDirectory, "pg_ctl.log") };
        else if (!Path.IsPathFullyQualified(resource.LogFile) && resource.LogFile.Length > 0)
            report("logFile", $"'{resource.LogFile}' is not absolute", "give the full path");

        // pg_ctl start puts these between double quotes into a command line for the shell.
        CheckShellPath("dataDirectory", resource.DataDirectory, report);
        CheckShellPath("binDirectory", resource.BinDirectory, report);
        CheckShellPath("logFile", resource.LogFile, report);

        if (resource.StartOptions.Any(option => option.AsSpan().IndexOfAny('\0', '\n', '\r') >= 0))
            report("startOptions", "contains a line break or a NUL", "remove it");
        if (OperatingSystem.IsWindows() && resource.StartOptions.Any(option => option.AsSpan().IndexOfAny('"', '%') >= 0))
            report("startOptions", "contains a double quote or a percent sign, which pg_ctl's command line cannot carry", "set it in postgresql.conf");
        if (PostmasterPort.OfArguments(resource.StartOptions) is { } started && resource.Port > 0 && started != resource.Port)
            report("startOptions", $"starts the server on port {started}, but the resource's port is {resource.Port}", "make them equal");
        return resource.StartOptions.Count > 0
            ? resource
            : resource with { StartOptions = ["-p", resource.Port.ToString(CultureInfo.InvariantCulture)] };
    }

    private static void CheckShellPath(string key, string path, ReportProblem report)
    {
        var dangerous = OperatingSystem.IsWindows() ? "\"%" : "\"$`\\";
        if (path.AsSpan().IndexOfAny(dangerous) >= 0)
            report(key, $"'{path}' contains one of {dangerous}, which pg_ctl start hands to a shell", "use a path without them");
    }
}
