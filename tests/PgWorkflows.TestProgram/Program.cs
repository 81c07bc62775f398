using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

// Behaves as its first argument says, so that tests can run a program that does just that.
var stdout = Console.OpenStandardOutput();
var stderr = Console.OpenStandardError();
switch (args)
{
    case ["exit", var code]:
        return int.Parse(code, CultureInfo.InvariantCulture);

    case ["say", var text, var error]:
        Console.Out.Write(text);
        Console.Error.Write(error);
        return 0;

    case ["args", .. var rest]:
        foreach (var argument in rest)
            Console.Out.WriteLine(argument);
        return 0;

    case ["environment"]:
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal))
            Console.Out.WriteLine($"{name}={Environment.GetEnvironmentVariable(name)}");
        return 0;

    case ["flood", var megabytes]:
        var block = Enumerable.Repeat((byte)'x', 1024 * 1024).ToArray();
        for (var i = int.Parse(megabytes, CultureInfo.InvariantCulture); i > 0; i--)
        {
            stdout.Write(block);
            stderr.Write(block);
        }

        return 0;

    case ["noise"]:
        stdout.Write([0x00, 0xFF, 0xFE, 0x1B, 0x5B, 0x33, 0x31, 0x6D, 0x93, 0xFA, 0x0D, 0x0A, 0xC3, 0x28, (byte)'e', (byte)'n', (byte)'d']);
        return 0;

    case ["read"]:
        Console.Out.Write(Console.In.ReadToEnd().Length);
        return 0;

    case ["sleep", var seconds]:
        Console.Out.WriteLine("sleeping");
        await Wait(seconds);
        return 0;

    case ["stubborn", var seconds]:
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true))
        {
            Console.Out.WriteLine("deaf");
            await Wait(seconds);
        }

        return 0;

    case ["polite", var seconds]:
        // Leaves on SIGTERM with a word, as psql and pg_ctl do.
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Console.Out.WriteLine("goodbye")))
            await Wait(seconds);
        return 0;

    case ["grandchild", var stays, var seconds]:
        // The grandchild inherits both pipes, as a server does that pg_ctl has started.
        var info = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        info.ArgumentList.Add("sleep");
        info.ArgumentList.Add(seconds);
#pragma warning disable RS0030 // Not the product: this program is what the product runs.
        using (var grandchild = Process.Start(info)!)
#pragma warning restore RS0030
            Console.Out.WriteLine($"pid {grandchild.Id}");
        if (stays == "stay")
            await Wait(seconds);
        return 0;

    default:
        Console.Error.WriteLine("unknown behaviour");
        return 64;
}

static Task Wait(string seconds) =>
    Task.Delay(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), TimeProvider.System);
