using PgWorkflows.Bench;

// bench/run [throughput] [checks] [cold] [server] [protection]; none means all.
var wanted = args.Length == 0 ? ["throughput", "checks", "cold", "server", "protection"] : args;
if (args is ["first-workflow", var folder])
    return await ColdStart.FirstWorkflowAsync(folder);

Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}");
if (wanted.Contains("throughput"))
    await Throughput.RunAsync();
if (wanted.Contains("cold"))
    await ColdStart.RunAsync();
if (wanted.Contains("checks"))
    await Checks.RunAsync();
if (wanted.Contains("server"))
    await ServerFigures.RunAsync();
if (wanted.Contains("protection"))
    await Protection.RunAsync();
return 0;
